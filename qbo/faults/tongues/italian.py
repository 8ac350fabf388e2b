"""The words of faults when QuickBooks or a computer uses Italian."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

ITALIAN = Tongue(
    tax=r"\b(iva|impost[ae]|tass[ae])\b",
    # "Codice fiscale" is the number of a person.
    tax_code=r"\b(codic[ei]|tass[oi]|percentual[ei]) (d'|di |dell'|della |delle |del )?(iva|impost[ae]|tass[ae])\b"
    r"|\baliquot[ae]\b",
    amount=r"\b(import[oi]|ammontare)\b",
    customer=r"\bclient[ei]\b",
    item=r"\b(prodott[oi]|serviz(io|i)|articol[oi])\b",
    account=r"\bcont[oi]\b",
    number=r"\b(numer[oi]|n\.?º|stess[oa] id)\b(?! di (telefono|cellulare|conto|fax|partita))"
    r"|\bfattur[ae]\b",
    name=r"\bnom[ei]\b",
    period=r"\b(period[oi]|mes[ei]|trimestr[ei]|esercizi(o)?|libri|contabilita)\b",
    record=r"\b(fattur[ae]|dipendent[ei]|progett[oi]|preventiv[oi]|ricevut[ae]|spes[ae]|acquist[oi]|ordin[ei]"
    r"|transazion[ei]|operazion[ei]|registrazion[ei]|vendit[ae]|not[ae] di credito"
    r"|pagament[oi]|fornitor[ei]|class[ei])\b",
    thing=r"\b(oggett[oi]|element[oi]|record|riferiment[oi]|risors[ae])\b",
    access=r"\b(token|session[ei]|connession[ei] (a|con) (quickbooks|intuit|qbo)|autorizzazion[ei]|accesso)\b",
    subscription=r"\b(abbonament[oi]|sottoscrizion[ei]|periodo di prova)\b",
    gone=r"\b(?<!essere )(?<!rendere )(inattiv[oaie]|disattivat[oaie]|archiviat[oaie])\b|\bnon (e |sono )?(piu "
    r")?attiv[oaie]\b|\b(e|sono|era|stat[oaie]) (gia )?(eliminat|cancellat|rimoss|unit|accorpat|fus)[oaie]\b"
    r"|\bha (eliminato|cancellato|rimosso)\b",
    missing=r"\bnon (e |sono |e piu )?(stat[oaie] )?(trovat|individuat|rinvenut|present)[oaie]\b|\bnon esist(e|ono)\b"
    r"|\binesistent[ei]\b|\bimpossibile (trovare|individuare)\b|\bnon (e possibile|si puo) trovare\b"
    r"|(?<!errore )\bsconosciut[oaie]\b",
    none=r"\bnessun[oa']?",
    found=r"(trovat|corrispondente)",
    taken=r"\bgia (stat[oa] )?(in uso|present|esist|utilizz|usat|assegnat|registrat|inserit)\w*|\besist(e|ono) gia\b"
    r"|\bduplicat[oai]\b"
    r"|\b(usa|utilizza) gia\b|\bdev(e|ono) essere univoc[oaie]\b",
    closed=r"\b(chius|bloccat)[oaie]\b",
    ended=r"\b(scadut|revocat|annullat|terminat|sospes|disdett)[oai]\b",
    needed=r"\b(seleziona(re)?|scegli(ere)?|indica(re)?|specifica(re)?|inserire|inserisci|dev(e|i|ono)|obbligatori[oaie]"
    r"|(e|sono) richiest[oaie]|necessari[oaie]|assicurarsi|assicurati|conteng(a|ano)|includ(a|ano)|abbia(no)?"
    r"|manca(no)?|mancant[ei]|senza|nessun[oa]?|assegna(re)?|non (ha|hanno))\b",
    invalid=r"\b(non (e |sono )?valid[oaie]|invalid[oaie]|errat[oie]|non (e |sono )?corrett[oaie]"
    r"|non (e |sono )?ammess[oaie])\b",
    unset=r"\bnon (e |sono )?(stat[oaie] )?(ancora )?(configurat|impostat|attivat|abilitat|definit|assegnat|indicat"
    r"|selezionat|specificat|associat|collegat)",
    lacking=r"\bmanca(no)?\b|\bmancant[ei]\b|\bassent[ei]\b|\bimpossibile ottenere",
    unlinked=r"\bnon (e |sono )?(stat[oaie] )?(ancora )?(associat|collegat|mappat|abbinat|assegnat)[oaie]\b",
    outdated=r"\b(obsolet|superat)[oaie]\b",
    chosen=r"(selezionat|scelt|indicat|specificat|mappat|associat|collegat|configurat)",
    closing_date=r"\bdata di chiusura\b",
    tax_off=r"\b(impost[ae]( sulle vendite)?|iva)\b[^.]{0,40}\bnon (e|sono)( stat[ae])? (configurat|impostat|attivat"
    r"|abilitat)|\b(configura(re)?|attiva(re)?|abilita(re)?) (prima )?(l'|la |le )?(impost[ae]|iva)\b",
    tax_calculation=r"\b(errore|problema)\b[^.]{0,60}\bcalcol\w*\b[^.]{0,30}\b(impost[ae]|iva)\b"
    r"|\bimpossibile calcolare (l'|la |le )?(impost[ae]|iva)\b",
    sign_in=r"\b(riconnett|ricolleg|riconnession)\w+|\b(connett|colleg|acced|autorizz|autentic)\w+"
    r"( quickbooks)? (di nuovo|nuovamente)\b|\bautenticazione (richiesta|necessaria|non riuscita|fallita)"
    r"|\berrore di autenticazione",
    unconnected=r"\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bnon (e )?(piu )?(conness|collegat)[oa]|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}\b(disconness|scollegat)[oa]|\b(rifiutat|respint)o\b[^.;]{0,25}\b(token|credenziali|sessione"
    r"|autorizzazione)\b|\b(token|credenziali|sessione|autorizzazione)\b[^.;]{0,25}\b(rifiutat|respint)[oaie]\b",
    to_connect=rf"\b{PROGRAM} non (e )?(stat[oa] )?(ancora )?(autorizzat|associat|autenticat)[oa]\b"
    rf"|\b{PROGRAM} non (e )?configurato\b(?! per)"
    rf"|\b(collega|collegate|connetti|connettete|autorizza)( prima)? (a )?{PROGRAM}\b"
    rf"|\b(devi|deve|occorre|bisogna) (collegare|connettere|autorizzare) (prima )?{PROGRAM}\b"
    rf"|\bnessuna connessione (a|con) {PROGRAM}",
    somebody_else=r"\b(un altro (utente|amministratore)|un'altra persona|qualcun altro)[^.;]{0,60}"
    r"\bgia (conness|collegat|acquistat|installat|abbonat)\w+|\bgia (stata |stato )?(conness|collegat|acquistat"
    r"|installat)[oa][^.;]{0,40}\bda (un altro|un'altra|qualcun)"
    r"|\bapp(licazione)? (e |e stata )?gia (stata )?(conness|collegat|acquistat|installat)a",
    denied=r"\b(deve|devi|devono|bisogna) essere (un |l')?amministrator|\bsolo (un |gli |l')?amministrator"
    r"|\baccesso (e |e stato )?(negato|vietato|non autorizzato)|\bnon (ha|hai|dispone|disponi) (del|dei|delle|di|i"
    r"|le|l')? ?(autorizzazion|permess|accesso|diritt|privileg)|\b(autorizzazioni|permessi) insufficienti"
    r"|\bautorizzazione negata|\bnon (sei|siete|e) autorizzat[oaie] (a|per)\b"
    r"|\b(azione|operazione) (e )?(vietata|proibita|non (consentita|autorizzata))",
    refused_company=r"\bproblem[ai] (di|con la|con il) (fatturazione|pagamento|addebito)",
    no_customer=r"\b(deve|dovrebbe) (avere|contenere|includere) un cliente|\bcliente (e )?(obbligatorio|necessario)"
    r"|\bmanca il cliente|\b(deve|devi|occorre) (selezionare|scegliere|indicare) un cliente",
    no_period=r"\blibri( contabili)? non possono (piu )?essere (aggiornati|modificati)"
    r"|\bperiodo( contabile)? e terminato"
    r"|\bnessun (periodo|esercizio)[^.]{0,30}\baperto\b|\b(periodo|esercizio)[^.]{0,20}\bnon e aperto",
    too_many=r"\b(richieste|chiamate)\b[^.;]{0,30}\blimitate\b|\btroppe (richieste|chiamate)"
    r"|\blimit(e|a|ato|ando) (di |delle |le |il numero di |del numero di )?(richieste|chiamate|velocita|frequenza)\b"
    r"|\bnumero massimo di (richieste|chiamate)",
    later=r"\b(riproveremo|verra (automaticamente )?(ritentat|riprovat)\w|si riprova|nuovo tentativo automatico)"
    r"|\bnon (sta rispondendo|risponde) (al momento|in questo momento)|"
    r"\b(riprova(re|te)?|ritenta(re|te)?)\b[^.]{0,40}\b(piu tardi|in seguito|tra (qualche|pochi|un|\d))"
    r"|\berrore (imprevisto|interno|inatteso|di sistema)|\b(servizio|server)\b[^.]{0,30}\bnon (e )?disponibile"
    r"|\btemporaneamente non disponibile|\b(quickbooks|qbo)( online)? (attualmente )?non (e )?disponibile"
    r"|\bin manutenzione\b"
    r"|\bbloccat[oa] da un'? ?altr[oa] (operazione|processo)|\bsincronizzazione (e )?(gia )?in corso",
    other_user=r"\b(modificat|cambiat|aggiornat)[oaie] da (un altro utente|un'altra persona)"
    r"|\blavorando [^.]{0,40}(contemporaneamente|stesso momento)"
    r"|\b(un altro utente|un'altra persona) ha (modificato|cambiato|aggiornato)",
    account_type=r"\btip[oi] di cont[oi]\b",
    unreached=r"\btempo (di attesa|limite|scaduto)|\bnome remoto|\bhost (remoto|sconosciuto)|\bserver remoto\b"
    r"|\bconnessione (esistente|sottostante|(e |e stata )?(rifiutata|reimpostata|interrotta|chiusa|persa|fallita"
    r"|non riuscita)|[^.]{0,40} (e fallita|non e riuscita|non riuscita))|\bperdita (di|della) connessione"
    r"|\brifiuto persistente|\b(errore|problema) di (rete|connessione)|\bnon risponde\b|\bsenza connessione"
    r"|\bimpossibile (connettersi|collegarsi|contattare|raggiungere|risolvere|stabilire|effettuare) "
    r"|\bcanale sicuro|\bcertificato (remoto|del server)|\binvio della richiesta(\.|\W*$)|\birraggiungibile\b"
    r"|\bnessuna (risposta|connessione)\b",
    socket=r"(^|: ?|\] ?)connessione scaduta|\b(instradamento|istradamento) |\brete non e raggiungibile"
    r"|\bpipe interrotta|\bnome o servizio sconosciuto|\brisoluzione del nome\b",
    refused=r"\berror[ei] di (convalida|validazione)|\bnon conforme\b",
    frame=r"error[ei]|durante|l[aoe']?|il?|gli|d[ei]|del(la|le)?|in|su|con|al?|alla|per|si|e|sono|stat[oaie]|non|ha|impossibile"
    r"|riuscit[oa]|verificato|risposto|(sincronizz|esport|import|aggiorn|invi)\w+|crea\w*|salva\w*|(rifiut|respint|fallit"
    r"|sconosciut)\w+",
)
