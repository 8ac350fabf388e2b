"""The words of faults when QuickBooks or a computer uses French."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

FRENCH = Tongue(
    tax=r"\b(taxes?|tps|tvh|tvq|tvp|tva)\b",
    tax_code=r"\b(codes?|taux) (de |d')?(la |l'|sur la )?(taxes?|tva|tps|tvh|tvq|tvp|imposition|impots?)\b"
    r"|\b(codes? fiscaux|code fiscal)\b",
    amount=r"\bmontants?\b",
    customer=r"\bclient(e|s|es)?\b",
    item=r"\b(produits?|services?|articles?)\b",
    account=r"\bcomptes?\b",
    number=r"\b(numero|n°|no)s? (de |du |d'une? |d')?(la |l'|ce |cette )?(documents?|factures?|recus?|operations?"
    r"|transactions?|pieces?|reference)\b|\bce numero\b|\bmeme (id|identifiant|numero|reference)\b"
    r"|\bfactures?\b",
    name=r"\bnoms?\b",
    period=r"\b(periodes?|mois|trimestres?|exercices?|livres|comptabilite)\b",
    record=r"\b(factures?|employee?s?|projets?|devis|estimations?|recus?|ecritures?|depenses?|bons? de commande"
    r"|operations?|transactions?"
    r"|paiements?|fournisseurs?|classes?|modalites)\b",
    thing=r"\b(objets?|elements?|enregistrements?|reference|ressources?)\b",
    access=r"\b(jetons?|sessions?|connexions? a (quickbooks|intuit|qbo)|autorisations?|acces)\b",
    subscription=r"\b(abonnements?|periode d'essai|essai)\b",
    # "Inactive" and "archive" are English too, so they count after a French verb.
    gone=r"\b(?<!etre )(?<!rendre )(inactifs?|desactive(e|s|es)?)\b|\b(est|sont|etait|devenue?s?"
    r"|semble) inactives?\b|\b(a|ont|est|sont) (deja )?(ete )?(supprime|efface|desactive|archive|fusionne)(e|s|es)?\b",
    missing=r"\bintrouvables?\b|\bn'exist(e|ent) (pas|plus)\b|\b(pas|non)( pu)?( ete| etre)* (trouve|repere)(e|s"
    r"|es)?\b"
    r"|\bimpossible (de |d')(trouver|localiser|reperer)|(?<!erreur )\binconnue?s?\b",
    none=r"\baucune?",
    found=r"(trouve|ne correspond)",
    taken=r"\bdeja [^.]{0,20}(utilise|pris|attribue|employe|affecte|existant|en usage|enregistre|recu|saisi)"
    r"|\bexiste deja|\ben double\b|\b(utilise|porte) deja|\bdoublon"
    r"|\b(doit|doivent) etre uniques?\b",
    closed=r"\b(ferme|cloture|verrouille|fige|bloque)(e|s|es)?\b|\bclos\b|\b(est|sont|ete) closes?\b",
    ended=r"\b(expire|revoque|termine|annule|resilie|suspendu|echu)(e|s|es)?\b|\bplus valides?\b|\bpris fin\b"
    r"|\barrive(e|s)? a (echeance|expiration)",
    needed=r"\b(selectionne|indique|precise|specifie|attribue|affecte|ajoute|associe|comporte|comprenne|contienne"
    r"|inclue|saisisse|entre|choisisse)(z|r|nt)?\b|\b(choisir|saisir|doit|doivent|devez|obligatoires?|requis(es?)?"
    r"|(assurez-|vous )(vous|assurer)|manqu\w+|sans|aucun(e)?)\b|\b(n'ont|n'a|n'est|pas) (pas )?(de|d'|associe)",
    invalid=r"\b(non valides?|invalides?|incorrectes?|pas valides?|errone(e|s|es)?)\b",
    unset=r"\b(n\'(est|a|ont|sont) )?pas( encore)?( ete)? (configure|parametre|active|defini|renseigne|saisi|indique"
    r"|associe|attribue)",
    lacking=r"\bmanquante?s?\b|\babsente?s?\b|\bechec de l\'obtention",
    unlinked=r"\b(pas|non)( encore)?( ete)? (re)?(lie|associe|mappe|rattache|attribue)(e|s|es)?\b",
    outdated=r"\b(perime|obsolete|depasse)(e|s|es)?\b",
    chosen=r"(selectionne|choisi|indique|precise|specifie|mappe|associe|attribue|configure)",
    closing_date=r"\bdate de (cloture|fermeture)\b",
    tax_off=r"(taxes?( de vente)?|tva|tps)\b[^.]{0,40}\b(n'(est|a|ont|sont) pas"
    r"|pas( encore)?) (encore )?(ete )?(active|configure|parametre)|\b(configurez|activez"
    r"|parametrez) (d'abord )?(la |les |votre )?(taxes?|tva)\b",
    tax_calculation=r"\b(erreur|probleme)\b[^.]{0,60}\bcalcul\w*\b[^.]{0,30}\b(taxes?|tva|tps|impots?)\b"
    r"|\b(impossible de|pas pu) calculer (la |les |l')?(taxes?|tva|tps|impots?)\b",
    sign_in=r"\b(reconnecte[rz]|vous reconnecter|reconnexion|connectez-vous a nouveau)\b"
    r"|\bauthentification (est )?(requise|necessaire)|\bechec de l'authentification|\bauthentification (a )?echoue",
    unconnected=r"\bconnexion (a |avec )?(quickbooks|qbo|intuit)( online)?( a ete| est| a)? "
    r"(expiree?|revoquee|perdue|rompue)\b"
    r"|\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\b(pas|plus|non)( encore)? connecte|\b(quickbooks|qbo|intuit)\b"
    r"[^.;]{0,20}\bdeconnecte|\b(refuse|rejete)(e|s|es)?\b[^.;]{0,25}\b(jetons?|identifiants|session|autorisation)\b"
    r"|\b(jetons?|identifiants|session|autorisation)\b[^.;]{0,25}\b(refuse|rejete)(e|s|es)?\b",
    to_connect=rf"\b{PROGRAM} (n'est |n'a |n'etait )?(pas|plus|non)( encore)?( ete)? (autorise|relie|lie|associe"
    rf"|authentifie|branche)e?\b|\b{PROGRAM} (n'est )?(pas|non) configure\b(?! pour)"
    rf"|(?<!se )(?<!de )\b(re)?(connecte|branche|relie|autorise)[rz]( d'abord)? (a |votre compte )?{PROGRAM}\b"
    rf"|\b(aucune|pas de) connexion (a |avec |de )?{PROGRAM}"
    rf"|\bconnexion (a |de )?{PROGRAM} n'est (pas|plus) (valide|active)",
    somebody_else=r"\b(une? autre (utilisateur|personne|administrateur)|quelqu'un d'autre)[^.;]{0,60}"
    r"\bdeja (connecte|achete|installe|souscrit|abonne)|\bdeja (ete )?(connecte|achete|installe"
    r"|souscrit)e?s?\b[^.;]{0,40}"
    r"\bpar (une? autre|quelqu'un d'autre)"
    r"|\bapplication (est |a )?deja (ete )?(achete|connecte|installe|souscrit)",
    denied=r"\bn'(ai|as|a|avez|ont) (pas|plus) (l')?acces\b"
    r"|\b(doit|devez|doivent|faut) etre (un |une |l')?administrat"
    r"|\bacces (est |a ete )?(refuse|interdit|non autorise)|\b(pas|aucune?) (de |d'|la |l'|les )?(permissions?"
    r"|autorisations?|droits?)\b|\bautorisations? insuffisantes?|\bnon autorise"
    r"|\bdroits insuffisants|\b(n'etes|etes|n'est|n'es) pas autorisee?s? (a|pour)\b"
    r"|\b(action|operation) (est )?(interdite|non autorisee)",
    refused_company=r"\b(facturation|paiement) [^.]{0,30}probleme|probleme de (facturation|paiement)",
    no_customer=r"\b(doit|doivent|devrait) (avoir|comporter|contenir|etre associee? a) (un |une )?client"
    r"|\bclient (est )?(obligatoire|requis|manquant)"
    r"|\b(doit|devez|veuillez) (selectionner|choisir|indiquer|saisir) un client\b",
    no_period=r"\bperiode( comptable)? (est|a ete) terminee|\blivres( comptables)? ne peuvent (pas"
    r"|plus) etre (mis a jour|modifies)|\baucune? (exercice|periode)[^.]{0,30}\bouverte?\b",
    too_many=r"\b(requetes|appels)\b[^.;]{0,30}\b(limitee?s|restreinte?s)\b|\btrop de (requetes|demandes|appels)"
    r"|\blimit(e|ee|es)? (de |du nombre de |le |les "
    r"|le nombre de )?(requetes|demandes|appels|debit)\b"
    r"|\bnombre (maximal|maximum|total) de (requetes|appels)",
    later=r"\b(sera|seront) (automatiquement )?(reessaye|retente|renvoye)(e|s|es)?\b|\breessaierons\b"
    r"|\bne repond pas (pour le"
    r" moment|actuellement|en ce moment)|\bnouvelle tentative (automatique|sera)|"
    r"\b(reessaye[rz]|ressaye[rz]|essaye[rz] (a nouveau|de nouveau))\b[^.]{0,30}\b(plus tard|ulterieurement"
    r"|dans)\b|\berreur (inattendue|interne|systeme)|\b(service|serveur)\b[^.]{0,30}\b(indisponible|non disponible)"
    r"|\btemporairement (indisponible|hors)"
    r"|\b(quickbooks|qbo)( en ligne)? est (temporairement |actuellement )?indisponible|\ben maintenance\b"
    r"|\bverrouillee? par une? autre (operation|processus)|\bsynchronisation (est )?(deja )?en cours"
    r"|\bmomentanement (indisponible|hors)",
    other_user=r"\b(modifie|mis a jour|edite)(e|s|es)? (entre-temps )?par (un autre utilisateur|une autre personne)"
    r"|\btravaill\w+ [^.]{0,40}en meme temps"
    r"|\b(un autre utilisateur|une autre personne|quelqu'un d'autre) a (modifie|mis a jour|change)|\bmodifie(e|s"
    r"|es)? depuis\b",
    account_type=r"\btypes? de comptes?\b",
    unreached=r"\btrop de temps (a|pour) repondre"
    r"|\bdelai (d'attente|de connexion|imparti|d'expiration)|\bhote (inconnu|distant)|aucun hote\b"
    r"|\bnom distant\b|\bserveur distant\b|\bconnexion (existante|(a ete |est )?(refusee|reinitialisee|interrompue"
    r"|fermee|perdue|coupee|impossible)|[^.]{0,40} (a echoue|est impossible))|\b(perte|rupture) de (la )?connexion"
    r"|\berreur (de )?reseau|\breseau (est )?(inaccessible|injoignable)|\bimpossible de (joindre|contacter"
    r"|se connecter)|\bechec de (la )?(connexion|resolution)|\bimpossible d'etablir|\b(probleme"
    r"|erreur) de connexion (internet|au serveur|reseau)|\bne repond pas|\bcanal securise"
    r"|(?<!votre )\bconnexion a expire\W*$|\boperation a expire\W*$"
    r"|\bnegociation (ssl|tls)|\bcertificat (distant|du serveur|ssl)"
    r"|\benvoi de la (demande|requete)(\.|\W*$)|\bserveur (est )?(injoignable|inaccessible)"
    r"|\b(pas de|aucune) connexion (a )?internet",
    socket=r"\bconnexion (re-initialisee|terminee par expiration|sous-jacente)|\bchemin d'acces pour atteindre l'hote"
    r"|\breseau (n'est pas accessible|ne fonctionne pas)|\babandon de la connexion|\brelais brise"
    r"|\bnom ou service inconnu|\bresolution du nom\b|\baucune connexion n'a pu",
    refused=r"\berreur de validation|\bnon conforme\b",
    frame=r"erreurs?|echecs?|lors|d[eu']?|des|l[ae']?|les|aux?|a|dans|avec|vers|votre|cette?|une?|s'|est|n'?e?|pas"
    r"|pu|ete|etre|ont"
    r"|impossible|repondu|produite|survenue|synchronis\w+|export\w+|envo\w+|cre(er|ation|ee?)|mise|jour|mettre"
    r"|enregistr\w+"
    r"|import\w+|(refuse|rejete)(e|s|es)?|echoue|inconnue?",
)
