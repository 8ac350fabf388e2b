"""The words of faults when QuickBooks or a computer uses German."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

GERMAN = Tongue(
    tax=r"steuer|\bmwst\b|\bust\b",
    tax_code=r"steuer[- ]?(s(a|ae)tz\w*|codes?|schlu(e)?ssel\w*|kennzeichen|kategorie\w*)|\b(mwst|ust)[.-]{0,2} ?(satz"
    r"|code|schlu(e)?ssel)",
    amount=r"betrag|betra(e)?ge",
    customer=r"\b(kunden?|debitor(en)?)\b",
    item=r"\b(artikels?|produkte?s?|dienstleistung(en)?|leistung(en)?)\b",
    account=r"\b\w{0,20}kont(o|en|os)\b"
    r"|\bkontonummern?\b",
    number=r"\b(rechnungs|beleg|dokument(en)?|buchungs|transaktions)[- ]?(nummern?|nr)\b|\b(diese|die|derselben"
    r"|gleichen?) (nummer|id)\b"
    r"|\bdieser nummer\b"
    r"|\brechnung\b",
    name=r"\b\w{0,10}namen?s?\b",
    period=r"periode\b|\bmonat\b|\bquartal\b|zeitraum|gescha(e)?ftsjahr|\bbu(e)?cher\b|buchhaltung\b",
    record=r"rechnung\b|mitarbeiter(in)?\b|projekt\b|angebot\b|gutschrift\b|quittung\b|\bbeleg\b|bestellung\b"
    r"|transaktion|buchung\b|zahlung"
    r"|lieferant|klasse\b",
    thing=r"objekt|datensatz|vorgang|\belement|referenz|ressource",
    access=r"token|sitzung|verbindung (zu|mit) (quickbooks|intuit|qbo)|autorisierung|anmeldung|\bzugang\b",
    subscription=r"\babo\b|abonnement|testphase|testzeitraum",
    gone=r"(?<!nicht )\binaktiv(e|er|en|es)?\b|nicht (mehr )?aktiv\b|(de|in)aktiviert|archiviert|\b(wurden?|ist"
    r"|sind) (bereits |schon |inzwischen |in quickbooks )?gelo(e)?scht\b|gelo(e)?scht worden|zusammengefu(e)?hrt\b"
    r"|gelo(e)?schte[nrs]?\b|(?<!nicht )gelo(e)?scht\b(?! (werden|sein))",
    missing=r"nicht (mehr )?(gefunden|vorhanden|auffindbar|ermittelt)|existier(t|en) nicht|\bunbekannt(e|er|en|es)?\b",
    none=r"\bkeine?[nrs]?",
    found=r"(gefunden|vorhanden)",
    taken=r"(bereits|schon) [^.]{0,40}?(verwendet|vergeben|benutzt|vorhanden|belegt|existiert|erfasst|in (verwendung"
    r"|gebrauch|benutzung))|(existiert|verwendet|benutzt) (bereits|schon)|doppelt|duplikat|(diesen"
    r"|denselben) namen bereits|bereits diesen"
    r"|eindeutig sein",
    closed=r"(ge|abge|ver)schlossen|gesperrt",
    ended=r"abgelaufen|widerrufen|ungu(e)?ltig geworden|beendet|geku(e)?ndigt|ausgelaufen|gesperrt",
    needed=r"\b((aus)?wa(e)?hlen|wa(e)?hlt|angeben|geben sie|eingeben|muss|mu(e)?ssen|erforderlich|enthalten|fehlt"
    r"|fehlen|fehlende\w*|ohne|kein(e|en|em|er)?|haben|hat|zuweisen|zuordnen)\b",
    invalid=r"ungu(e)?ltig|nicht gu(e)?ltig|falsch|unzula(e)?ssig",
    unset=r"nicht (eingerichtet|aktiviert|konfiguriert|hinterlegt|definiert|erfasst|gepflegt|zugeordnet|zugewiesen"
    r"|angegeben)",
    lacking=r"\bfehl(t|en)\b|\bfehlende[rsn]?\b|konnte nicht (abgerufen|bezogen)",
    unlinked=r"nicht (zugeordnet|verknu(e)?pft|zugewiesen|gekoppelt)",
    outdated=r"\bveraltet\w*",
    chosen=r"(ausgewa(e)?hlt|gewa(e)?hlt|angegeben|zugeordnet|zugewiesen|hinterlegt)",
    closing_date=r"abschlussdatum|buchungsschluss|stichtag [^.;]{0,12}abschluss|datum des buchabschlusses",
    tax_off=r"(steuer|mwst|ust)\w*\b[^.]{0,40}\bnicht (eingerichtet|aktiviert|konfiguriert)|\brichten sie (zuerst "
    r"|zuna(e)?chst )?(die )?\w*(steuer|mwst)",
    tax_calculation=r"fehler\b[^.]{0,60}(berechn\w+)[^.]{0,30}(steuer|mwst)|(steuer"
    r"|mwst)\w*[^.]{0,30}nicht berechnet|steuerberechnung"
    r"|(steuer|mwst)\w* konnten? nicht berechnet",
    sign_in=r"(erneut|neu|wieder) (anmelden|verbinden|autorisieren|anzumelden|zu verbinden)|(verbinden"
    r"|melden) sie [^.;]{0,30}\b(erneut|neu|wieder)\b|zugriff[^.;]{0,40}(widerrufen|abgelaufen|entzogen)"
    r"|authentifizierung (ist )?(erforderlich|fehlgeschlagen)",
    unconnected=r"\b(quickbooks|qbo|intuit)( online)?[- ]verbindung (ist |wurde )?(abgelaufen|widerrufen|beendet)"
    r"|\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bnicht( mehr)? verbunden|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bgetrennt|(token|anmeldedaten|zugangsdaten|sitzung|autorisierung\w*)\b[^.;]{0,25}(abgelehnt|zuru(e)?ckgewiesen"
    r"|verweigert)"
    r"|\b(lehnt|lehnte)\b[^.;]{0,25}(token|anmeldedaten|zugangsdaten|sitzung|autorisierung)[^.;]{0,12}\bab\b",
    to_connect=rf"\b{PROGRAM}( ist| wurde)? (noch )?nicht (autorisiert|gekoppelt|verknu(e)?pft|authentifiziert)"
    rf"|\b{PROGRAM} (ist )?(noch )?nicht (konfiguriert|eingerichtet)"
    rf"|\b(verbinden|autorisieren|koppeln) sie [^.;]{{0,12}}\b{PROGRAM}\b"
    rf"|\b(bitte|mu(e)?ssen?) [^.;]{{0,20}}{PROGRAM} (zuerst |zuna(e)?chst )?(verbinden|autorisieren)"
    rf"|\bkeine? ({PROGRAM}-?(verbindung|kopplung)|(verbindung|kopplung) (zu|mit) {PROGRAM}) (eingerichtet|hinterlegt"
    rf"|gefunden|vorhanden|konfiguriert)",
    somebody_else=r"(\beine? andere[rs]? (benutzer(in)?|nutzer|person|administrator)|\bjemand anders)[^.;]{0,60}"
    r"(bereits|schon)[^.;]{0,60}(verbunden|gekauft|erworben|installiert|abonniert)|(bereits|schon) von (einem|einer)"
    r" anderen (benutzer(in)?|nutzer|person|administrator)[^.;]{0,40}(verbunden|gekauft|erworben|installiert"
    r"|abonniert)"
    r"|\bapp (wurde|ist) (bereits|schon) (verbunden|gekauft|erworben|installiert)",
    denied=r"\badministrator(in)? sein\b|\bnur (ein |der )?(haupt)?administrator"
    r"|zugriff (wurde )?(verweigert|nicht erlaubt)|kein(e|en)? (ausreichende[ns]? )?(berechtigung|zugriff"
    r"|rechte|zugriffsrechte)|nicht berechtigt|fehlende (berechtigung|rechte)"
    r"|unzureichende (berechtigung|rechte)|(zugriff|aktion|vorgang) (ist )?(verboten|nicht (erlaubt|zula(e)?ssig))",
    refused_company=r"(zahlungs|abrechnungs)problem|problem (bei|mit) der (abrechnung|zahlung)",
    no_customer=r"\b(muss|sollte|soll) einen? [^.]{0,25}kunden? (haben|enthalten)|\bkunde (ist )?(erforderlich|fehlt)",
    no_period=r"\bbu(e)?cher ko(e)?nnen (nicht|nicht mehr) (aktualisiert|gea(e)?ndert)|\bperiode ist (beendet"
    r"|abgelaufen)|\bkeine? [^.]{0,20}(periode|zeitraum|gescha(e)?ftsjahr)[^.]{0,20}\b(offen|geo(e)?ffnet"
    r"|ero(e)?ffnet)",
    too_many=r"(anfragen|aufrufe)\b[^.;]{0,30}(limitiert|begrenzt|gedrosselt)|zu viele (api-)?(anfragen|aufrufe"
    r"|anforderungen)|(anfragen?|abruf|aufruf|raten|api)-?limit|(anfragen"
    r"|aufrufe) (pro|je)"
    r" (minute|sekunde|stunde|tag)\b[^.]{0,40}(u(e)?berschritten|erreicht)"
    r"|maximale? (an)?zahl (der|von|an) (anfragen|aufrufe)",
    later=r"\bwird (automatisch |in kurze |spa(e)?ter )*(erneut versucht|wiederholt|nochmals? versucht)|\b(antwortet"
    r"|reagiert)"
    r" (zurzeit|momentan|gerade|derzeit) nicht|"
    r"\b(versuchen sie|versuche|probieren sie)\b[^.]{0,40}\b(spa(e)?ter|in einigen)\b|derzeit nicht (bearbeite"
    r"|verfu(e)?gbar|mo(e)?glich)|\b(unerwartete[rn]?|interne[rn]?) ?(server-?)?fehler|systemfehler|\b(dienst"
    r"|server)\b[^.]{0,30}nicht verfu(e)?gbar"
    r"|wartungs(arbeit|modus|fenster)|\b(quickbooks|qbo)( online)? ist (derzeit|momentan|zurzeit) nicht"
    r"|\bdurch einen anderen (vorgang|prozess) gesperrt|\b(synchronisierung|synchronisation) (la(e)?uft"
    r"|ist) (bereits|schon|noch)\b",
    other_user=r"von (einem|einer) ander(en|em) (benutzer(in)?|person|nutzer)[^.]{0,20}(gea(e)?ndert|bearbeitet)"
    r"|gleichzeitig [^.]{0,30}(bearbeitet|gearbeitet)"
    r"|\beine? andere[rs]? (benutzer(in)?|nutzer|person) hat\b[^.]{0,40}(gea(e)?ndert|bearbeitet)",
    account_type=r"\bkonto(typ|art)|typ des kontos",
    unreached=r"zu lange? (gebraucht|gedauert)"
    r"|zeitu(e)?berschreitung|zeitlimit|remotename|remoteserver|remotehost|zielcomputer"
    r"|\bhost (ist )?(nicht bekannt|unbekannt)|unbekannter host|verbindung (wurde |ist )?(verweigert|abgelehnt"
    r"|zuru(e)?ckgesetzt|unterbrochen|geschlossen|abgebrochen|getrennt)|vorhandene verbindung|netzwerkfehler"
    r"|namensauflo(e)?sung|sicherer? (ssl|kanal)|verbindung [^.]{0,40}(verloren|fehlgeschlagen|gescheitert)"
    r"|keine verbindung (zu|zum|zur|mit)\b|verbindung [^.]{0,40}nicht (hergestellt|aufgebaut|mo(e)?glich)"
    r"|keine verbindung [^.]{0,40}(hergestellt|aufgebaut|mo(e)?glich)|verbindungs(fehler|aufbau|problem)"
    r"|antwortet nicht|nicht erreichbar"
    r"|remotezertifikat|serverzertifikat|gegenstelle|kein solcher host|\bssl/tls-kanal|keine internetverbindung"
    r"|senden der anforderung(\.|\W*$)",
    socket=r"kommunikationspartner|wartezeit fu(e)?r die verbindung|keine route zum|abbruch der verbindung"
    r"|netzwerk ist nicht (aktiv|erreichbar)|name oder der dienst ist nicht bekannt",
    refused=r"validierungsfehler|pru(e)?ffehler|gescha(e)?ftsregel",
    frame=r"fehler|fehlgeschlagen|beim?|d(er|ie|as|es|em|en)|eine?[rmn]?|in|an|nach|zu[mr]?|mit|ist|sind|wurden?|hat"
    r"|haben"
    r"|konnten?|nicht|werden|aufgetreten|(ge)?antworte\w*|(synchronisier|exportier|importier|u(e)?bertrag"
    r"|u(e)?bermittel|erstell|aktualisier"
    r"|speicher)\w*|export|import|send\w*|gesendet|anleg\w+|abgelehnt|zuru(e)?ckgewiesen|unbekannter?",
)
