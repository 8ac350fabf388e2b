"""The words of faults when QuickBooks or a computer uses a language other than English.

Each word is a regular expression for text in lower case and without accents (`qbo.faults.evidence.tidy`). A single word
proves nothing: rules look for a thing and its state in one sentence. Sources: the languages that QuickBooks Online and
Windows are sold in, and how Intuit's help pages in them call things.
"""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Tongue:
    """One language's words for things and their states, and its fixed phrases."""

    # things
    tax: str
    tax_code: str  # a rate or a code, not the tax nor its amount
    amount: str
    customer: str
    item: str
    account: str
    number: str  # of a document
    name: str
    period: str
    record: str  # an invoice, a vendor and what else there is
    thing: str  # an object of no named kind
    access: str  # token, session, connection
    subscription: str
    # states
    gone: str  # inactive or deleted; not: cannot be deleted
    missing: str
    none: str  # before the thing, and found behind it: "aucun client trouvé"
    found: str
    taken: str
    closed: str
    ended: str
    needed: str  # choose, must, without
    invalid: str
    unset: str  # not set up, not entered
    lacking: str
    # sayings
    closing_date: str
    tax_off: str
    tax_calculation: str
    sign_in: str
    unconnected: str  # to QuickBooks; or a token that is refused
    somebody_else: str  # has already connected the app
    denied: str
    refused_company: str
    no_customer: str
    no_period: str
    too_many: str
    later: str
    other_user: str
    account_type: str
    unreached: str
    socket: str  # errors of the system and of its resolver, as glibc translates them
    refused: str  # any check of QuickBooks


FRENCH = Tongue(
    tax=r"\b(taxes?|tps|tvh|tvq|tvp|tva)\b",
    tax_code=r"\b(codes?|taux) (de |d')?(la |l'|sur la )?(taxes?|tva|tps|tvh|tvq|tvp|imposition|impots?)\b"
    r"|\b(codes? fiscaux|code fiscal)\b",
    amount=r"\bmontants?\b",
    customer=r"\bclient(e|s|es)?\b",
    item=r"\b(produits?|services?|articles?)\b",
    account=r"\bcomptes?\b",
    number=r"\b(numero|n°|no)s? (de |du |d'une? |d')?(la |l'|ce |cette )?(documents?|factures?|recus?|operations?"
    r"|transactions?|pieces?|reference)\b|\bce numero\b|\bmeme (id|identifiant|numero|reference)\b",
    name=r"\bnoms?\b",
    period=r"\b(periodes?|exercices?|livres|comptabilite)\b",
    record=r"\b(factures?|employee?s?|projets?|devis|estimations?|recus?|ecritures?|depenses?|bons? de commande"
    r"|operations?|transactions?"
    r"|paiements?|fournisseurs?|classes?|modalites)\b",
    thing=r"\b(objets?|elements?|enregistrements?|reference)\b",
    access=r"\b(jetons?|sessions?|connexions? a (quickbooks|intuit|qbo)|autorisations?|acces)\b",
    subscription=r"\b(abonnements?|periode d'essai|essai)\b",
    # "Inactive" and "archive" are English too, so they count after a French verb.
    gone=r"\b(?<!etre )(?<!rendre )(inactifs?|desactive(e|s|es)?)\b|\b(est|sont|etait|devenue?s?"
    r"|semble) inactives?\b|\b(a|ont|est|sont) (deja )?(ete )?(supprime|efface|desactive|archive)(e|s|es)?\b",
    missing=r"\bintrouvables?\b|\bn'exist(e|ent) (pas|plus)\b|\b(pas|non)( pu)?( ete| etre)* (trouve|repere)(e|s"
    r"|es)?\b",
    none=r"\baucune?",
    found=r"(trouve|ne correspond)",
    taken=r"\bdeja [^.]{0,20}(utilise|pris|attribue|employe|affecte|existant|en usage|enregistre|recu|saisi)"
    r"|\bexiste deja|\ben double\b|\b(utilise|porte) deja|\bdoublon",
    closed=r"\b(ferme|cloture|verrouille|fige|bloque)(e|s|es)?\b|\bclos\b|\b(est|sont|ete) closes?\b",
    ended=r"\b(expire|revoque|termine|annule|resilie|suspendu|echu)(e|s|es)?\b|\bplus valides?\b|\bpris fin\b"
    r"|\barrive(e|s)? a (echeance|expiration)",
    needed=r"\b(selectionne|indique|precise|specifie|attribue|affecte|ajoute|associe|comporte|comprenne|contienne"
    r"|inclue|saisisse|entre|choisisse)(z|r|nt)?\b|\b(choisir|saisir|doit|doivent|devez|obligatoires?|requis(es?)?"
    r"|assurez-vous|manqu\w+|sans|aucun(e)?)\b|\b(n'ont|n'a|n'est|pas) (pas )?(de|d'|associe)",
    invalid=r"\b(non valides?|invalides?|incorrectes?|pas valides?|errone(e|s|es)?)\b",
    unset=r"\b(n\'(est|a|ont|sont) )?pas( encore)?( ete)? (configure|parametre|active|defini|renseigne|saisi|indique"
    r"|associe|attribue)",
    lacking=r"\bmanquante?s?\b|\babsente?s?\b|\bechec de l\'obtention",
    closing_date=r"\bdate de (cloture|fermeture)\b",
    tax_off=r"(taxes?( de vente)?|tva|tps)\b[^.]{0,40}\b(n'(est|a|ont|sont) pas"
    r"|pas( encore)?) (encore )?(ete )?(active|configure|parametre)|\b(configurez|activez"
    r"|parametrez) (d'abord )?(la |les |votre )?(taxes?|tva)\b",
    tax_calculation=r"\b(erreur|probleme)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(taxes?|tva|tps|impots?)\b",
    sign_in=r"\b(reconnecte[rz]|vous reconnecter|reconnexion|connectez-vous a nouveau)\b",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\b(pas|plus|non)( encore)? connecte|\b(quickbooks|qbo|intuit)\b"
    r"[^.;]{0,20}\bdeconnecte|\b(refuse|rejete)(e|s|es)?\b[^.;]{0,25}\b(jetons?|identifiants|session|autorisation)\b"
    r"|\b(jetons?|identifiants|session|autorisation)\b[^.;]{0,25}\b(refuse|rejete)(e|s|es)?\b",
    somebody_else=r"\b(une? autre (utilisateur|personne|administrateur)|quelqu'un d'autre)[^.;]{0,60}"
    r"\bdeja (connecte|achete|installe|souscrit|abonne)|\bdeja (ete )?(connecte|achete|installe"
    r"|souscrit)e?s?\b[^.;]{0,40}"
    r"\bpar (une? autre|quelqu'un d'autre)",
    denied=r"\bacces (est |a ete )?(refuse|interdit|non autorise)|\b(pas|aucune?) (de |d'|la |l'|les )?(permission"
    r"|autorisation|droits?)\b|\bautorisations? insuffisantes?|\bnon autorise",
    refused_company=r"\b(facturation|paiement) [^.]{0,30}probleme|probleme de (facturation|paiement)",
    no_customer=r"\b(doit|doivent|devrait) (avoir|comporter|contenir|etre associee? a) (un |une )?client"
    r"|\bclient (est )?(obligatoire|requis|manquant)",
    no_period=r"\bperiode( comptable)? (est|a ete) terminee|\blivres( comptables)? ne peuvent (pas"
    r"|plus) etre (mis a jour|modifies)|\baucune? (exercice|periode)[^.]{0,30}\bouverte?\b",
    too_many=r"\b(requetes|appels)\b[^.;]{0,30}\b(limitee?s|restreinte?s)\b|\btrop de (requetes|demandes|appels)"
    r"|\blimit(e|ee|es)? (de |du nombre de |le |les "
    r"|le nombre de )?(requetes|demandes|appels|debit)\b",
    later=r"\b(reessaye[rz]|ressaye[rz]|essaye[rz] (a nouveau|de nouveau))\b[^.]{0,30}\b(plus tard|ulterieurement"
    r"|dans)\b|\berreur (inattendue|interne|systeme)|\b(service|serveur)\b[^.]{0,30}\b(indisponible|non disponible)"
    r"|\btemporairement (indisponible|hors)",
    other_user=r"\b(modifie|mis a jour|edite)(e|s|es)? (entre-temps )?par (un autre utilisateur|une autre personne)"
    r"|\btravaill\w+ [^.]{0,40}en meme temps",
    account_type=r"\btypes? de comptes?\b",
    unreached=r"\bdelai (d'attente|de connexion|imparti|d'expiration)|\bhote (inconnu|distant)|aucun hote\b"
    r"|\bnom distant\b|\bserveur distant\b|\bconnexion (existante|(a ete |est )?(refusee|reinitialisee|interrompue"
    r"|fermee|perdue|coupee|impossible)|[^.]{0,40} (a echoue|est impossible))|\b(perte|rupture) de (la )?connexion"
    r"|\berreur (de )?reseau|\breseau (est )?(inaccessible|injoignable)|\bimpossible de (joindre|contacter"
    r"|se connecter)|\bechec de (la )?(connexion|resolution)|\bimpossible d'etablir|\b(probleme"
    r"|erreur) de connexion (internet|au serveur|reseau)|\bne repond pas|\bcanal securise",
    socket=r"\bconnexion (re-initialisee|terminee par expiration|sous-jacente)|\bchemin d'acces pour atteindre l'hote"
    r"|\breseau (n'est pas accessible|ne fonctionne pas)|\babandon de la connexion|\brelais brise"
    r"|\bnom ou service inconnu|\bresolution du nom\b|\baucune connexion n'a pu",
    refused=r"\berreur de validation|\bnon conforme\b",
)

SPANISH = Tongue(
    tax=r"\b(impuestos?|iva|igv)\b",
    tax_code=r"\b(codigos?|tasas?|tipos?|tarifas?) (del? )?(los |el )?(impuestos?|iva|igv|impositiv[oa]s?)\b"
    r"|\b(tasas? impositivas?|tipos? impositivos?|codigos? fiscal(es)?)\b",
    amount=r"\b(importes?|montos?)\b",
    customer=r"\bclientes?\b",
    item=r"\b(productos?|servicios?|articulos?)\b",
    account=r"\bcuentas?\b",
    number=r"\b(numero|n\.?º|nro\.?|mism[oa] id)s?\b(?! de (telefono|cuenta|fax|identif))",
    name=r"\bnombres?\b",
    period=r"\b(periodos?|ejercicios?|libros)\b",
    record=r"\b(facturas?|empleados?|proyectos?|asientos?|ventas?|cotizacion(es)?|presupuestos?|recibos?|compras?"
    r"|gastos?|transaccion(es)?|pagos?"
    r"|proveedor(es)?|clases?)\b",
    thing=r"\b(objetos?|elementos?|registros?|referencia)\b",
    access=r"\b(tokens?|sesion(es)?|conexion(es)? (a|con) (quickbooks|intuit|qbo)|autorizacion(es)?|acceso)\b",
    subscription=r"\b(suscripcion(es)?|periodo de prueba|prueba gratuita)\b",
    gone=r"\b(?<!estar )(?<!ser )(inactiv[oa]s?|desactivad[oa]s?|archivad[oa]s?)\b|\b(fue|fueron|sido|esta|estan"
    r"|estaba) (eliminad|borrad|suprimid)[oa]s?\b|\bse (elimino|borro|desactivo|suprimio)\b",
    missing=r"\bno (se )?(ha |han |fue |fueron |pudo |puede |pudimos )?(sido )?(encontro|encontraron|encuentra"
    r"|encuentran|existen?|encontrad[oa]s?|encontrar|hallad[oa]|hallo|localizad[oa])\b|\binexistentes?\b",
    none=r"\bningun[oa]?",
    found=r"(encontrad|encontro|coincide)",
    taken=r"\bya (existe|esta (en uso|siendo)|se (ha )?(usado|utilizado|uso|utilizo)|(ha sido|fue) \w+(ad|id)[oa]"
    r"|usa|utiliza|en uso)\b|\bduplicad[oa]s?\b|\ben uso por\b",
    closed=r"\b(cerrad|bloquead|clausurad)[oa]s?\b|\bse ha cerrado\b",
    ended=r"\b(ha |han |fue |esta )?(caducad[oa]|caduco|expirad[oa]|expiro|vencid[oa]|vencio|revocad[oa]"
    r"|cancelad[oa]|finalizad[oa]|finalizo|termino|terminad[oa]|suspendid[oa])\b",
    needed=r"\b(seleccione|selecciona|seleccionar|elija|elegir|especifi(que|car)|indi(que|car)|asegurese|asegurate"
    r"|debe|deben|obligatori[oa]s?|incluyan?|contengan?|requiere|requerid[oa]|asigne|asignar|tengan?|falta|sin"
    r"|ningun[oa]?|introduzca|ingrese|no (tiene|tienen))\b",
    invalid=r"\b(no (es |son )?valid[oa]s?|invalid[oa]s?|incorrect[oa]s?)\b",
    unset=r"\bno (esta|estan|se ha|se han|ha sido|han sido) (configurad|activad|habilitad|definid|asignad|indicad"
    r"|seleccionad)",
    lacking=r"\bfaltan?\b|\bfaltantes?\b|\bausentes?\b|\bno se pudo obtener",
    closing_date=r"\bfecha de cierre\b",
    tax_off=r"\b(impuestos?( sobre las ventas| a las ventas)?|iva)\b[^.]{0,40}\bno (esta|estan|se ha|se han|ha sido"
    r"|han sido) (configurad|activad|habilitad)|\b(configure|active|habilite) (primero )?(el |los )?(impuestos?|iva)\b",
    tax_calculation=r"\b(error|problema)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(impuestos?|iva)\b",
    sign_in=r"\b(vuelva|vuelve|volver) a (conectar|iniciar sesion|autorizar)|\breconect\w+",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bno (esta |se ha )?conectad[oa]|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bdesconectad[oa]|\brechaz(o|ado|ada)\b[^.;]{0,25}\b(token|credenciales|sesion|autorizacion)\b|\b(token"
    r"|credenciales"
    r"|sesion|autorizacion)\b[^.;]{0,25}\b(rechazad[oa]s?|denegad[oa]s?)\b",
    somebody_else=r"\b(otr[oa] (usuari[oa]|persona|administrador)|alguien mas)[^.;]{0,60}"
    r"\bya (ha |habia )?(conect|compr|instal|suscrib|vincul)\w+|\bya (esta|fue|ha sido|habia sido)"
    r" (conectad|comprad|instalad|vinculad)[oa][^.;]{0,40}\bpor otr[oa]",
    denied=r"\bacceso (esta |fue |ha sido )?(denegado|no autorizado|prohibido)|\bno (tiene|tienes|cuenta con) (los "
    r"|el |la )?(permisos?|autorizacion|derechos?|acceso)\b|\bpermisos? (insuficientes?|denegado)|\bsin permisos?\b",
    refused_company=r"\bproblemas? (de|con la) (facturacion|pago)",
    no_customer=r"\b(debe|deberia) (tener|incluir|contener) un cliente|\bcliente (es )?(obligatorio|requerido)"
    r"|\bfalta el cliente",
    no_period=r"\blibros( contables)? no (se )?pueden (ser )?(actualizar|modificar|actualizados|modificados)"
    r"|\bperiodo( contable)? ha (terminado|finalizado)|\bno (hay|existe) [^.]{0,20}\b(periodo"
    r"|ejercicio)[^.]{0,30}\babierto\b|\b(periodo"
    r"|ejercicio)[^.]{0,20}\bno esta abierto",
    too_many=r"\b(solicitudes|peticiones|llamadas|consultas)\b[^.;]{0,30}\b(limitad|restringid)as\b"
    r"|\bdemasiadas (solicitudes|peticiones|llamadas|consultas)|\blimit(e|o|a|ando|ado) (de |las "
    r"|el numero de )?(solicitudes"
    r"|peticiones|llamadas|consultas|velocidad)\b",
    later=r"\b(intente|intentelo|intentalo|intentar|pruebe|vuelva a intentarlo)\b[^.]{0,40}\b(mas tarde|mas adelante"
    r"|en unos?)\b|\berror (inesperado|interno|del sistema)|\b(servicio|servidor)\b[^.]{0,30}\bno (esta )?disponible",
    other_user=r"\b(modificad|cambiad|actualizad|editad)[oa]s? por otr[oa] (usuari[oa]|persona)"
    r"|\btrabajando [^.]{0,40}al mismo tiempo",
    account_type=r"\btipos? de cuentas?\b",
    unreached=r"\btiempo de espera|\bnombre (remoto|de host)|\bhost (remoto|desconocido)|\bhost es desconocido"
    r"|\bconexion (existente|(fue |ha sido |esta )?(rechazada|restablecida|cerrada|interrumpida|perdida|fallida)"
    r"|[^.]{0,40} (fallo|ha fallado|se perdio))|\bperdida de (la )?conexion|\bdenego (expresamente|activamente)"
    r"|\b(error|fallo|problema)s? (de|en la|con la) (red|conexion)|\btarda(do|ndo)? demasiado en responder"
    r"|\bno responde\b|\bsin conexion|\bno (se puede|se pudo|es posible) (conectar|establecer|resolver)"
    r"|\bcanal seguro|\bservidor remoto\b",
    socket=r"\bconexion (rehusada|reinicializada)|\bexpiro el tiempo de conexion|\bninguna ruta hasta el"
    r"|\bla red (es inaccesible|no esta activa)|\btuberia rota|\b(el fin de|terminado) la conexion"
    r"|\bnombre o servicio desconocido|\bresolucion del nombre\b",
    refused=r"\berror(es)? de validacion|\bno cumple\b",
)

GERMAN = Tongue(
    tax=r"steuer|\bmwst\b|\bust\b",
    tax_code=r"steuer[- ]?(s(a|ae)tz\w*|codes?|schlu(e)?ssel\w*|kennzeichen|kategorie\w*)|\b(mwst|ust)[.-]? ?(satz"
    r"|code|schlu(e)?ssel)",
    amount=r"betrag|betra(e)?ge",
    customer=r"\b(kunden?|debitor(en)?)\b",
    item=r"\b(artikels?|produkte?s?|dienstleistung(en)?|leistung(en)?)\b",
    account=r"\b\w{0,20}kont(o|en|os)\b",
    number=r"\b(rechnungs|beleg|dokument(en)?|buchungs|transaktions)[- ]?(nummern?|nr)\b|\b(diese|die|derselben"
    r"|gleichen?) (nummer|id)\b",
    name=r"\b\w{0,10}namen?s?\b",
    period=r"periode\b|zeitraum|gescha(e)?ftsjahr|\bbu(e)?cher\b|buchhaltung\b",
    record=r"rechnung\b|mitarbeiter(in)?\b|projekt\b|angebot\b|gutschrift\b|quittung\b|\bbeleg\b|bestellung\b"
    r"|transaktion|buchung\b|zahlung"
    r"|lieferant|klasse\b",
    thing=r"objekt|datensatz|vorgang|\belement|referenz",
    access=r"token|sitzung|verbindung (zu|mit) (quickbooks|intuit|qbo)|autorisierung|anmeldung|\bzugang\b",
    subscription=r"\babo\b|abonnement|testphase|testzeitraum",
    gone=r"(?<!nicht )\binaktiv(e|er|en|es)?\b|nicht (mehr )?aktiv\b|(de|in)aktiviert|archiviert|\b(wurden?|ist"
    r"|sind) (bereits |schon |inzwischen |in quickbooks )?gelo(e)?scht\b|gelo(e)?scht worden|gelo(e)?schte[nrs]?\b",
    missing=r"nicht (mehr )?(gefunden|vorhanden|auffindbar|ermittelt)|existier(t|en) nicht|\bunbekannt(e|er|en|es)?\b",
    none=r"\bkeine?[nrs]?",
    found=r"(gefunden|vorhanden)",
    taken=r"(bereits|schon) [^.]{0,40}?(verwendet|vergeben|benutzt|vorhanden|belegt|existiert|erfasst|in (verwendung"
    r"|gebrauch|benutzung))|(existiert|verwendet|benutzt) (bereits|schon)|doppelt|duplikat|(diesen"
    r"|denselben) namen bereits|bereits diesen",
    closed=r"(ge|abge|ver)schlossen|gesperrt",
    ended=r"abgelaufen|widerrufen|ungu(e)?ltig geworden|beendet|geku(e)?ndigt|ausgelaufen|gesperrt",
    needed=r"\b((aus)?wa(e)?hlen|wa(e)?hlt|angeben|geben sie|eingeben|muss|mu(e)?ssen|erforderlich|enthalten|fehlt"
    r"|fehlen|fehlende\w*|ohne|kein(e|en|em|er)?|haben|hat|zuweisen|zuordnen)\b",
    invalid=r"ungu(e)?ltig|nicht gu(e)?ltig|falsch|unzula(e)?ssig",
    unset=r"nicht (eingerichtet|aktiviert|konfiguriert|hinterlegt|definiert|erfasst|gepflegt|zugeordnet|zugewiesen"
    r"|angegeben)",
    lacking=r"\bfehl(t|en)\b|\bfehlende[rsn]?\b|konnte nicht (abgerufen|bezogen)",
    closing_date=r"abschlussdatum|buchungsschluss|datum des buchabschlusses",
    tax_off=r"(steuer|mwst|ust)\w*\b[^.]{0,40}\bnicht (eingerichtet|aktiviert|konfiguriert)|\brichten sie (zuerst "
    r"|zuna(e)?chst )?(die )?\w*(steuer|mwst)",
    tax_calculation=r"fehler\b[^.]{0,60}(berechn\w+)[^.]{0,30}(steuer|mwst)|(steuer"
    r"|mwst)\w*[^.]{0,30}nicht berechnet|steuerberechnung",
    sign_in=r"(erneut|neu|wieder) (anmelden|verbinden|autorisieren|anzumelden|zu verbinden)|(verbinden"
    r"|melden) sie [^.;]{0,30}\b(erneut|neu|wieder)\b|zugriff[^.;]{0,40}(widerrufen|abgelaufen|entzogen)",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bnicht( mehr)? verbunden|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bgetrennt|(token|anmeldedaten|zugangsdaten|sitzung|autorisierung\w*)\b[^.;]{0,25}(abgelehnt|zuru(e)?ckgewiesen"
    r"|verweigert)"
    r"|\b(lehnt|lehnte)\b[^.;]{0,25}(token|anmeldedaten|zugangsdaten|sitzung|autorisierung)[^.;]{0,12}\bab\b",
    somebody_else=r"(\beine? andere[rs]? (benutzer(in)?|nutzer|person|administrator)|\bjemand anders)[^.;]{0,60}"
    r"(bereits|schon)[^.;]{0,60}(verbunden|gekauft|erworben|installiert|abonniert)|(bereits|schon) von (einem|einer)"
    r" anderen (benutzer(in)?|nutzer|person|administrator)[^.;]{0,40}(verbunden|gekauft|erworben|installiert"
    r"|abonniert)",
    denied=r"zugriff (wurde )?(verweigert|nicht erlaubt)|kein(e|en)? (ausreichende[ns]? )?(berechtigung|zugriff"
    r"|rechte|zugriffsrechte)|nicht berechtigt|fehlende (berechtigung|rechte)",
    refused_company=r"(zahlungs|abrechnungs)problem|problem (bei|mit) der (abrechnung|zahlung)",
    no_customer=r"\b(muss|sollte|soll) einen? [^.]{0,25}kunden? (haben|enthalten)|\bkunde (ist )?(erforderlich|fehlt)",
    no_period=r"\bbu(e)?cher ko(e)?nnen (nicht|nicht mehr) (aktualisiert|gea(e)?ndert)|\bperiode ist (beendet"
    r"|abgelaufen)|\bkeine? [^.]{0,20}(periode|zeitraum|gescha(e)?ftsjahr)[^.]{0,20}\b(offen|geo(e)?ffnet"
    r"|ero(e)?ffnet)",
    too_many=r"(anfragen|aufrufe)\b[^.;]{0,30}(limitiert|begrenzt|gedrosselt)|zu viele (api-)?(anfragen|aufrufe"
    r"|anforderungen)|(anfragen?|abruf|aufruf|raten|api)-?limit|(anfragen"
    r"|aufrufe) (pro|je)"
    r" (minute|sekunde|stunde|tag)\b[^.]{0,40}(u(e)?berschritten|erreicht)",
    later=r"\b(versuchen sie|versuche|probieren sie)\b[^.]{0,40}\b(spa(e)?ter|in einigen)\b|derzeit nicht (bearbeite"
    r"|verfu(e)?gbar|mo(e)?glich)|\b(unerwarteter|interner|systemfehler)( server)?fehler|systemfehler|\b(dienst"
    r"|server)\b[^.]{0,30}nicht verfu(e)?gbar",
    other_user=r"von (einem|einer) ander(en|em) (benutzer(in)?|person|nutzer)[^.]{0,20}(gea(e)?ndert|bearbeitet)"
    r"|gleichzeitig [^.]{0,30}(bearbeitet|gearbeitet)",
    account_type=r"\bkonto(typ|art)|typ des kontos",
    unreached=r"zeitu(e)?berschreitung|zeitlimit|remotename|remoteserver|remotehost|zielcomputer"
    r"|\bhost (ist )?(nicht bekannt|unbekannt)|unbekannter host|verbindung (wurde |ist )?(verweigert|abgelehnt"
    r"|zuru(e)?ckgesetzt|unterbrochen|geschlossen|abgebrochen|getrennt)|vorhandene verbindung|netzwerkfehler"
    r"|namensauflo(e)?sung|sicherer? (ssl|kanal)|verbindung [^.]{0,40}(verloren|fehlgeschlagen|gescheitert)"
    r"|keine verbindung (zu|zum|zur|mit)\b|verbindung [^.]{0,40}nicht (hergestellt|aufgebaut|mo(e)?glich)"
    r"|keine verbindung [^.]{0,40}(hergestellt|aufgebaut|mo(e)?glich)|verbindungs(fehler|aufbau|problem)"
    r"|antwortet nicht|nicht erreichbar",
    socket=r"kommunikationspartner|wartezeit fu(e)?r die verbindung|keine route zum|abbruch der verbindung"
    r"|netzwerk ist nicht (aktiv|erreichbar)|name oder der dienst ist nicht bekannt",
    refused=r"validierungsfehler|pru(e)?ffehler|gescha(e)?ftsregel",
)

PORTUGUESE = Tongue(
    tax=r"\b(impostos?|tributos?|iva|icms|iss)\b",
    tax_code=r"\b(codigos?|taxas?|aliquotas?) (de |do |dos |da )?(impostos?|iva|icms|iss|tributos?|tributari[oa]s?"
    r"|fiscal|fiscais)\b|\baliquotas?\b",
    amount=r"\b(valor(es)?|montantes?|quantias?)\b",
    customer=r"\bclientes?\b",
    item=r"\b(produtos?|servicos?|itens|item|artigos?)\b",
    account=r"\bcontas?\b",
    number=r"\b(numero|n\.?º|mesm[oa] id)s?\b(?! de (telefone|conta|fax|identif))",
    name=r"\bnomes?\b",
    period=r"\b(periodos?|exercicios?|livros|contabilidade)\b",
    record=r"\b(faturas?|funcionarios?|projetos?|lancamentos?|vendas?|orcamentos?|recibos?|despesas?|compras?|notas?"
    r"|transac(ao|oes)|transacca?o(es)?"
    r"|pagamentos?|fornecedor(es)?|classes?)\b",
    thing=r"\b(objet?os?|elementos?|registr?os?|referencia)\b",
    access=r"\b(tokens?|sess(ao|oes)|conexao (com|a) o? ?(quickbooks|intuit|qbo)|ligacao ao? (quickbooks|intuit)"
    r"|autorizacao|acesso)\b",
    subscription=r"\b(assinaturas?|subscric(ao|oes)|periodo de (teste|avaliacao))\b",
    gone=r"\b(?<!estar )(?<!ser )(inativ[oa]s?|desativad[oa]s?|arquivad[oa]s?)\b|\b(foi|foram|esta|estao"
    r"|sido) (excluid|eliminad|removid|apagad|deletad)[oa]s?\b",
    missing=r"\bnao (foi |foram |pode ser |pode |foi possivel )?(encontrad[oa]s?|localizad[oa]s?|encontrar"
    r"|localizar)\b|\bnao existem?\b|\binexistentes?\b",
    none=r"\bnenhuma?",
    found=r"(encontrad|localizad)",
    taken=r"\bja (existe|esta (em uso|sendo)|foi (usad|utilizad|cadastrad|registrad|registad|atribuid)[oa]|(usa"
    r"|utiliza)\b|em uso)|\bduplicad[oa]s?\b",
    closed=r"\b(fechad|encerrad|bloquead)[oa]s?\b",
    ended=r"\b(expirou|expirad[oa]|venceu|vencid[oa]|revogad[oa]|cancelad[oa]|encerrad[oa]|terminou|suspens[oa]"
    r"|caducou)\b",
    needed=r"\b(selecione|selecionar|escolha|escolher|especifique|informe|certifique-se|deve|devem|obrigatori[oa]s?"
    r"|tenham?|atribua|inclua|inclu?am|contenham?|possuam?|falta|faltando|sem|nenhuma?|insira|nao (tem|possui"
    r"|possuem))\b",
    invalid=r"\b(invalid[oa]s?|nao (e |sao )?valid[oa]s?|incorret[oa]s?)\b",
    unset=r"\bnao (esta|estao|foi|foram) (configurad|ativad|habilitad|definid|atribuid|informad|selecionad)",
    lacking=r"\bfalt(a|am|ando)\b|\bausentes?\b|\bnao foi possivel obter",
    closing_date=r"\bdata de (fechamento|encerramento|fecho)\b",
    tax_off=r"\b(impostos?( sobre vendas)?|iva)\b[^.]{0,40}\bnao (esta|estao|foi|foram) (configurad|ativad"
    r"|habilitad)|\b(configure|ative|habilite) (primeiro )?(o |os )?(impostos?|iva)\b",
    tax_calculation=r"\b(erro|problema)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(impostos?|iva)\b",
    sign_in=r"\breconect\w+|\bconect(e|ar)(-se)? novamente|\b(faca|fazer) login novamente|\bentre novamente",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bnao (esta )?(conectad|ligad)[oa]|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\b(desconectad|desligad)[oa]|\b(recus|rejeit)(ou|ad[oa])\b[^.;]{0,25}\b(token|credenciais|sessao"
    r"|autorizacao)\b|\b(token"
    r"|credenciais|sessao|autorizacao)\b[^.;]{0,25}\b(recusad|rejeitad)[oa]s?\b",
    somebody_else=r"\b(outr[oa] (usuari[oa]|utilizador|pessoa|administrador)|outra pessoa)[^.;]{0,60}"
    r"\bja (se )?(conect|compr|instal|assin|vincul)\w+|\bja (esta|foi) (conectad|ligad|comprad|instalad|vinculad)[oa]"
    r"[^.;]{0,40}\bpor outr[oa]",
    denied=r"\bacesso (foi |esta )?(negado|nao autorizado|proibido)|\bnao (tem|possui) (a |as )?(permiss(ao|oes)"
    r"|acesso|direitos?)|\bpermiss(ao|oes) (insuficientes?|negada)|\bsem permissao\b",
    refused_company=r"\bproblemas? (de|com a) (cobranca|faturacao|faturamento|pagamento)",
    no_customer=r"\b(deve|deveria) (ter|conter|incluir) um cliente|\bcliente (e )?(obrigatorio|necessario)"
    r"|\bfalta o cliente",
    no_period=r"\blivros( contabeis)? nao podem ser (atualizados|alterados)|\bperiodo( contabil)? (terminou"
    r"|foi encerrado)|\bnenhum (periodo|exercicio)[^.]{0,30}\baberto\b|\b(periodo"
    r"|exercicio)[^.]{0,20}\bnao esta aberto",
    too_many=r"\b(solicitacoes|requisicoes|chamadas)\b[^.;]{0,30}\b(limitad|restringid)as\b|\bmuitas (solicitacoes"
    r"|requisicoes|chamadas)|\bdemasiados pedidos|\blimit(e|ou|a|ando) (de |as |os "
    r"|o numero de )?"
    r"(solicitacoes|requisicoes|chamadas|pedidos|taxa)\b",
    later=r"\b(tente|tentar)\b[^.]{0,30}\b(mais tarde|em alguns)\b|\berro (inesperado|interno|do sistema)|\b(servico"
    r"|servidor)\b[^.]{0,30}\b(indisponivel|nao (esta )?disponivel)",
    other_user=r"\b(modificad|alterad|atualizad|editad)[oa]s? por outr[oa] (usuari[oa]|utilizador|pessoa)"
    r"|\btrabalhando [^.]{0,40}ao mesmo tempo",
    account_type=r"\btipos? (de|da) contas?\b",
    unreached=r"\btempo limite|\btempo de espera|\bnome remoto|\bhost (remoto|desconhecido)|\bservidor remoto\b"
    r"|\bconexao (existente|(foi )?(recusada|redefinida|encerrada|interrompida|fechada|perdida)|[^.]{0,40} (falhou"
    r"|foi perdida))|\bperda de (conexao|ligacao)|\brecusou ativamente|\b(erro|falha|problema)s? (de|na|com a) (rede"
    r"|conexao)|\bsem conexao|\bnao respond(e|eu)\b|\bdemorou (muito|demais)|\bnao (foi possivel"
    r"|e possivel) (conectar|estabelecer|resolver|contactar)|\bcanal seguro",
    socket=r"\btempo esgotado para conexao|\b(nao ha rota|sem caminho) para o (host|anfitriao)"
    r"|\brede (esta (fora de alcance|em baixo)|inacessivel|nao responde)|\b(pipe|tunel) quebrado"
    r"|\btermino de conexao|\babortou a ligacao|\bligacao (recusada|reposta)|^\W*ligacao expirada|\bconexao subjacente"
    r"|\bnome ou servico desconhecido|\bresolucao de nome",
    refused=r"\berros? de validacao",
)

DUTCH = Tongue(
    tax=r"\b(btw|omzetbelasting|belasting)",
    tax_code=r"\b(btw|omzetbelasting|belasting)[- ]?(s?tarief|s?tarieven|s?codes?|s?percentages?)",
    amount=r"bedrag",
    customer=r"\b(klant(en)?|debiteur(en)?)\b",
    item=r"\b(product(en)?|artikel(en|s)?|dienst(en)?)\b",
    account=r"\b(\w{0,14}rekening(en)?|account)\b",
    number=r"\b(factuur|document|boekings?|transactie)[- ]?nummers?\b|\b(dit|hetzelfde|dezelfde) (nummer|id)\b",
    name=r"\b\w{0,8}na(am|men)\b",
    period=r"\b\w{0,12}(periode|boekjaar)\b|\b(de|uw) boeken\b|\badministratie\b",
    record=r"\b(factuur|medewerker|project|offerte|creditnota|bon|bestelling|facturen|transactie|betaling"
    r"|leverancier|boeking|klasse)\b",
    thing=r"\b(object|record|element|referentie)\b",
    access=r"\b(\w{0,10}token|sessie|verbinding met (quickbooks|intuit|qbo)|autorisatie|machtiging|toegang)\b",
    subscription=r"\b(abonnement|proefperiode)\b",
    gone=r"\binactie(f|ve)\b|niet (meer )?actief\b|gedeactiveerd|gearchiveerd|\b(is|zijn|werd|werden) (al "
    r"|inmiddels )?verwijderd\b|\bverwijderde\b",
    missing=r"niet (worden )?(gevonden|teruggevonden)|bestaa(t|n) niet|\bonbekende?\b",
    none=r"\bgeen",
    found=r"(gevonden|aanwezig)",
    taken=r"\b(al|reeds) [^.]{0,20}?(gebruikt|in gebruik|bestaat|toegewezen|geregistreerd)|bestaat (al|reeds)"
    r"|\bgebruikt (al|reeds)|\bdubbele?\b",
    closed=r"\b(af|ge)?(gesloten|sloten)\b|\bvergrendeld\b",
    ended=r"verlopen|ingetrokken|bee(i)?ndigd|opgezegd|gee(i)?ndigd|vervallen|opgeschort",
    needed=r"\b(kies|selecteer|moet(en)?|vereist|verplicht|zorg|hebben|heeft|bevatten|bevat|ontbreekt|ontbreken"
    r"|zonder|geen|wijs|toewijzen|voer|invoeren)\b",
    invalid=r"ongeldige?\b|niet geldig|onjuiste?\b",
    unset=r"niet (ingesteld|ingeschakeld|geactiveerd|geconfigureerd|toegewezen|opgegeven|gekoppeld|ingevuld)",
    lacking=r"\bontbreekt\b|\bontbreken(de)?\b|kon niet worden opgehaald",
    closing_date=r"\b(afsluit|sluitings)datum\b",
    tax_off=r"\b(btw|omzetbelasting)\b[^.]{0,40}\bniet (ingesteld|ingeschakeld|geactiveerd)"
    r"|\bstel (eerst )?(de )?(btw|omzetbelasting)",
    tax_calculation=r"\b(fout|probleem)\b[^.]{0,60}bereken\w*[^.]{0,30}(btw|belasting)|(btw"
    r"|belasting)\w*[^.]{0,30}(bereken\w*)[^.]{0,20}(fout|mislukt)",
    sign_in=r"\bopnieuw (verbinden|verbinding|aanmelden|inloggen|te verbinden)|\b(verbind|meld u"
    r"|log) [^.]{0,20}opnieuw",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bniet( meer)? (verbonden|gekoppeld)|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bontkoppeld|\b(weigerde|weigert)\b[^.;]{0,25}(token|inloggegevens|sessie|autorisatie)|(token|inloggegevens"
    r"|sessie"
    r"|autorisatie)\b[^.;]{0,25}\b(geweigerd|afgewezen)",
    somebody_else=r"\b(een andere (gebruiker|persoon|beheerder)|iemand anders)[^.;]{0,60}"
    r"\b(al|reeds)\b[^.;]{0,50}(verbonden|gekoppeld|gekocht|geinstalleerd)|\b(al|reeds) door (een andere"
    r"|iemand anders)[^.;]{0,40}(verbonden|gekoppeld|gekocht|geinstalleerd)",
    denied=r"\btoegang (is )?geweigerd|\bgeen (toegang|rechten|toestemming|machtiging)|\bonvoldoende (rechten"
    r"|machtigingen)|\bniet gemachtigd",
    refused_company=r"\b(betalings|facturerings)probleem",
    no_customer=r"\b(moet|dient) een [^.]{0,25}klant (te )?(hebben|bevatten)|\bklant (is )?(verplicht|vereist"
    r"|ontbreekt)",
    no_period=r"\bboeken kunnen niet( meer)? worden (bijgewerkt|gewijzigd)|\bperiode is bee(i)?ndigd"
    r"|\bgeen [^.]{0,20}(periode|boekjaar)[^.]{0,20}\b(open|geopend)",
    too_many=r"\b(aanvragen|verzoeken)\b[^.;]{0,30}(beperkt|gelimiteerd)|\bte veel (api-)?(aanvragen|verzoeken"
    r"|aanroepen)|\b(aanvraag|verzoek|api)-?limiet",
    later=r"\bprobeer\b[^.]{0,30}\b(later|over enkele)\b|\b(onverwachte|interne) (server)?fout|\bsysteemfout"
    r"|\b(service|dienst|server)\b[^.]{0,30}niet beschikbaar",
    other_user=r"\bdoor een andere (gebruiker|persoon)[^.]{0,20}(gewijzigd|bewerkt)|\b(gewijzigd"
    r"|bewerkt) door een andere",
    account_type=r"\b(rekening|account)(type|soort)|type rekening",
    unreached=r"\bexterne (naam|host|server)|\bonbekende host|\bverbinding (is |werd )?(geweigerd|verbroken|gesloten"
    r"|mislukt|verloren)|\bnetwerkfout|verbinding [^.]{0,50}(mislukt|verbroken|verloren|geweigerd|niet mogelijk)"
    r"|\bfout bij [^.]{0,12}verbinding|\bverbindingsfout|\breageert niet|\bniet bereikbaar|\bgeen verbinding (maken"
    r"|met de server)|\btime-?out van de|\bwachttijd|\bbestaande verbinding",
    socket=r"(^|: ?|\] ?)verbinding is (weggevallen|verlopen)|\bgeen route naar"
    r"|\bnetwerk (is onbereikbaar|ligt plat)|\bgebroken pijp|\bnaam of dienst is niet bekend|\bnaamsherleiding",
    refused=r"\bvalidatiefout",
)

JAPANESE = Tongue(
    tax=r"税",
    tax_code=r"税率|税(金)?コード|税区分",
    amount=r"金額|税額",
    customer=r"顧客|得意先|お客様",
    item=r"商品|製品|品目|サービス|アイテム",
    account=r"(勘定|口座|アカウント)(?!の?(タイプ|種類|型))",
    number=r"番号",
    name=r"名前|名称|表示名|顧客名",
    period=r"会計期間|期間|帳簿|会計年度",
    record=r"請求書|従業員|プロジェクト|見積書|領収書|経費|発注書|取引|支払い?|仕入先|クラス",
    thing=r"オブジェクト|レコード|参照",
    access=r"トークン|セッション|(quickbooks|intuit)への接続|認証",
    subscription=r"サブスクリプション|試用期間|契約",
    gone=r"非アクティブ|無効にな|無効です|無効化|削除され|使用停止",
    missing=r"見つかり(ません|ませんでした)|見つからない|存在し(ません|ない)",
    none=r"該当する",
    found=r"(見つかり|見つから|あり)ま?せん",
    taken=r"(既に|すでに)[^。]{0,12}(使用|使われ|存在|登録)|重複",
    closed=r"締め?切ら|締められ|閉じられ|閉鎖|クローズ",
    ended=r"期限(が)?切れ|失効|終了し|取り消され|停止され|解約",
    needed=r"含め|含んで|設定|選択|必要|指定|入力|ありません|割り当て",
    invalid=r"正しく(ありません|ない)|不正|無効な",
    unset=r"(設定|選択|登録|指定)されて(いません|いない)|有効になって(いません|いない)|未設定",
    lacking=r"がありません|欠落|取得できません|取得に失敗",
    closing_date=r"締め?日|決算日",
    tax_off=r"(消費税|売上税|税金?)[^。]{0,20}(設定されていません|有効になっていません|無効になっています)",
    tax_calculation=r"税[^。]{0,10}計算[^。]{0,30}(エラー|失敗|問題)|(エラー|失敗)[^。]{0,30}税[^。]{0,10}計算",
    sign_in=r"再(度)?(接続|認証|ログイン|サインイン)|もう一度(接続|ログイン|サインイン)",
    unconnected=r"(quickbooks|qbo|intuit)[^。]{0,12}(接続されていません|未接続|連携されていません|未連携|切断されました)"
    r"|(トークン|認証情報|セッション|認証)[^。]{0,8}(拒否|却下)",
    somebody_else=r"(別の|他の)(ユーザー|担当者|管理者)[^。]{0,20}(既に|すでに)[^。]{0,16}(接続|購入|連携|インストール)"
    r"|(既に|すでに)(別の|他の)(ユーザー|担当者|管理者)[^。]{0,16}(接続|購入|連携|インストール)",
    denied=r"アクセス(が|は)?(拒否|許可されて)|権限が(ありません|ない|不足)|許可されていません",
    refused_company=r"(請求|支払い?)(に|の)問題",
    no_customer=r"(顧客|得意先)(が|は|を)?(必要|必須|設定されて|選択されて|指定されて)",
    no_period=r"帳簿を(更新|変更)(する(こと)?(が|は)?)?でき(ません|ない)|(期間|年度)[^。]{0,12}(開いていません|オープンされていません)",
    too_many=r"(リクエスト|要求)(が|の)?(多すぎ|制限|上限)|レート制限",
    later=r"(しばらく|後で|時間を?(おいて|置いて|空けて|あけて))[^。]{0,30}(再試行|もう一度|再度|お試し|やり直)|(予期しない|内部|システム)エラー|(一時的に"
    r"|現在)[^。]{0,12}(利用でき|使用でき)",
    other_user=r"(他の|別の)ユーザー[^。]{0,20}(変更|更新|編集)|同時に[^。]{0,12}(編集|作業|更新)",
    account_type=r"(勘定科目|勘定|口座|アカウント)の?(タイプ|種類)",
    unreached=r"リモート ?(名|ホスト|サーバー)|タイムアウト|接続(が|は|を|に)?(拒否|切断|リセット|失敗|強制)"
    r"|接続[^。]{0,10}(できません|できなかった|失敗)|応答(が)?(ありません"
    r"|しません)|通信(エラー|に失敗)|ネットワーク ?(エラー|に到達)|名前(を|の)?解決|ホストは不明",
    socket=r"接続[がを][^。]{0,6}(リセット|中断)|ホストへの経路|ネットワーク(に届き|が落ちて)|名前またはサービスが不明",
    refused=r"検証エラー|入力エラー",
)

TONGUES: tuple[Tongue, ...] = (FRENCH, SPANISH, GERMAN, PORTUGUESE, DUTCH, JAPANESE)

STATES = ("gone", "missing", "found", "taken", "closed", "ended", "needed", "invalid", "unset", "lacking")
# For a number that is too large or too small: then a different number is needed.
BOUNDS = re.compile(
    r"\b(entre|zwischen|tussen) \d|\b(mayor|menor|maior|superieure?|inferieure?|depasser|positi[fv]\w*|exceder"
    r"|groter|kleiner|gro(e)?sser|ho(e)?her|hoger|lager|niedriger)\b|(?<![つ件行個])以上|以下"
)
SAYINGS = (
    *(
        "closing_date",
        "tax_off",
        "tax_calculation",
        "sign_in",
        "unconnected",
        "somebody_else",
        "denied",
        "refused_company",
        "no_customer",
        "no_period",
        "too_many",
        "later",
    ),
    *("other_user", "unreached", "socket", "refused"),
)
HINTS = {
    tongue: re.compile("|".join(getattr(tongue, word) for word in ("tax_code", *STATES, *SAYINGS)))
    for tongue in TONGUES
}


@lru_cache(maxsize=256)
def languages_in(text: str) -> tuple[Tongue, ...]:
    """The languages of which a state or a phrase is in the text; none for English, at little cost."""
    tongues = TONGUES[:-1] if text.isascii() else TONGUES
    return tuple(tongue for tongue in tongues if HINTS[tongue].search(text))
