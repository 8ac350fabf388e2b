"""The words of faults when QuickBooks or a computer uses Dutch."""

from qbo.faults.tongues.tongue import PROGRAM, Tongue

DUTCH = Tongue(
    tax=r"\b(btw|omzetbelasting|belasting)",
    tax_code=r"\b(btw|omzetbelasting|belasting)[- ]?(s?tarief|s?tarieven|s?codes?|s?percentages?)",
    amount=r"bedrag",
    customer=r"\b(klant(en)?|debiteur(en)?)\b"
    r"|\brelaties?\b",
    item=r"\b(product(en)?|artikel(en|s)?|dienst(en)?)\b",
    account=r"\b(\w{0,14}rekening(en)?|account)\b"
    r"|\bgrootboeknummers?\b",
    number=r"\b(factuur|document|boekings?|transactie)[- ]?nummers?\b|\b(dit|hetzelfde|dezelfde) (nummer|id)\b"
    r"|\b(boekstuk|referentie)nummers?\b"
    r"|\bfactuur\b",
    name=r"\b\w{0,8}na(am|men)\b",
    period=r"\b\w{0,12}(periode|boekjaar)\b|\b(maand|kwartaal)\b|\b(de|uw) boeken\b|\badministratie\b",
    record=r"\b(factuur|medewerker|project|offerte|creditnota|bon|bestelling|facturen|transactie|betaling"
    r"|leverancier|boeking|klasse)\b"
    r"|\b(journaal|memoriaal)post(en)?\b",
    thing=r"\b(object|record|element|referentie|bron|resource)\b",
    access=r"\b(\w{0,16}token|sessie|verbinding met (quickbooks|intuit|qbo)|autorisatie|machtiging|toegang)\b",
    subscription=r"\b(abonnement|proefperiode)\b",
    gone=r"\binactie(f|ve)\b|niet (meer )?actief\b|gedeactiveerd|gearchiveerd|samengevoegd|\b(is|zijn|werd|werden) (al "
    r"|inmiddels )?verwijderd\b|\bverwijderde\b"
    r"|(?<!niet )(?<!worden )\bverwijderd\b(?! (worden|zijn))",
    missing=r"niet (worden )?(gevonden|teruggevonden)|bestaa(t|n) niet|\bonbekende?\b"
    r"|\bniet bekend\b",
    none=r"\bgeen",
    found=r"(gevonden|aanwezig)",
    taken=r"\b(al|reeds) [^.]{0,20}?(gebruikt|in gebruik|bestaat|toegewezen|geregistreerd)|bestaat (al|reeds)"
    r"|\bgebruikt (al|reeds)|\bdubbele?\b"
    r"|\bin gebruik\b|\bgebruikt (deze|dezelfde) naam\b|\buniek zijn\b|\breeds ingeboekt\b|\bbestaat (er )?al\b",
    closed=r"\b(af|ge)?(gesloten|sloten)\b|\bvergrendeld\b"
    r"|\bgeblokkeerd\b",
    ended=r"verlopen|ingetrokken|bee(i)?ndigd|opgezegd|gee(i)?ndigd|vervallen|opgeschort",
    needed=r"\b(kies|selecteer|moet(en)?|vereist|verplicht|zorg|hebben|heeft|bevatten|bevat|ontbreekt|ontbreken"
    r"|zonder|geen|wijs|toewijzen|voer|invoeren)\b",
    invalid=r"ongeldige?\b|niet geldig|onjuiste?\b",
    unset=r"niet (ingesteld|ingeschakeld|geactiveerd|geconfigureerd|toegewezen|opgegeven|gekoppeld|ingevuld)",
    lacking=r"\bontbreekt\b|\bontbreken(de)?\b|kon niet worden opgehaald",
    unlinked=r"niet (gekoppeld|toegewezen|gelinkt)",
    outdated=r"\bverouderde?\b",
    chosen=r"(geselecteerd|gekozen|opgegeven|gekoppeld|toegewezen|ingesteld)",
    closing_date=r"\b(afsluit|sluitings)datum\b",
    tax_off=r"\b(btw|omzetbelasting)\b[^.]{0,40}\bniet (ingesteld|ingeschakeld|geactiveerd)"
    r"|\bstel (eerst )?(de )?(btw|omzetbelasting)",
    tax_calculation=r"\b(fout|probleem)\b[^.]{0,60}bereken\w*[^.]{0,30}(btw|belasting)|(btw"
    r"|belasting)\w*[^.]{0,30}(bereken\w*)[^.]{0,20}(fout|mislukt)"
    r"|\b(btw|belasting)\b[^.]{0,20}\b(kon|kan|konden) niet worden berekend",
    sign_in=r"\bopnieuw (verbinden|verbinding|aanmelden|inloggen|te verbinden)|\b(verbind|meld u"
    r"|log) [^.]{0,20}opnieuw"
    r"|\bauthenticatie (is )?(vereist|nodig|mislukt)",
    unconnected=r"\b(quickbooks|qbo|intuit)( online)?[- ](verbinding|koppeling) (is )?(verlopen|ingetrokken|verbroken)"
    r"|\b(quickbooks|qbo|intuit)\b[^.;]{0,20}\bniet( meer)? (verbonden|gekoppeld)|\b(quickbooks|qbo"
    r"|intuit)\b[^.;]{0,20}"
    r"\bontkoppeld|\b(weigerde|weigert)\b[^.;]{0,25}(token|inloggegevens|sessie|autorisatie)|(token|inloggegevens"
    r"|sessie"
    r"|autorisatie)\b[^.;]{0,25}\b(geweigerd|afgewezen)",
    to_connect=rf"\b{PROGRAM} (is )?(nog )?niet (geautoriseerd|gemachtigd|gelinkt)"
    rf"|\b{PROGRAM} (is )?(nog )?niet (geconfigureerd|ingesteld)\b(?! voor)"
    rf"|\b(verbind|koppel|autoriseer)( eerst)? (met )?{PROGRAM}\b"
    rf"|\b(moet|dient|gelieve) [^.;]{{0,20}}{PROGRAM} (eerst )?(te )?(verbinden|koppelen)"
    rf"|\bgeen ({PROGRAM}-(koppeling|verbinding)|(koppeling|verbinding) met {PROGRAM}) (gevonden|ingesteld|aanwezig)",
    somebody_else=r"\b(een andere (gebruiker|persoon|beheerder)|iemand anders)[^.;]{0,60}"
    r"\b(al|reeds)\b[^.;]{0,50}(verbonden|gekoppeld|gekocht|geinstalleerd)|\b(al|reeds) door (een andere"
    r"|iemand anders)[^.;]{0,40}(verbonden|gekoppeld|gekocht|geinstalleerd)"
    r"|\bapp is (al|reeds) (verbonden|gekoppeld|gekocht|geinstalleerd)",
    denied=r"\bbeheerder (te )?zijn\b|\balleen (een |de )?(hoofd)?beheerder"
    r"|\btoegang (is )?geweigerd|\bgeen (toegang|rechten|toestemming|machtiging)|\bonvoldoende (rechten"
    r"|machtigingen)|\bniet gemachtigd"
    r"|\bniet bevoegd\b|\bverboden toegang\b|\btoegang verboden\b"
    r"|\b(actie|handeling|bewerking) (is )?(verboden|niet (toegestaan"
    r"|geoorloofd))",
    refused_company=r"\b(betalings|facturerings)probleem",
    no_customer=r"\b(moet|dient) een [^.]{0,25}klant (te )?(hebben|bevatten)|\bklant (is )?(verplicht|vereist"
    r"|ontbreekt)",
    no_period=r"\bboeken kunnen niet( meer)? worden (bijgewerkt|gewijzigd)|\bperiode is bee(i)?ndigd"
    r"|\bgeen [^.]{0,20}(periode|boekjaar)[^.]{0,20}\b(open|geopend)",
    too_many=r"\b(aanvragen|verzoeken)\b[^.;]{0,30}(beperkt|gelimiteerd)|\bte veel (api-)?(aanvragen|verzoeken"
    r"|aanroepen)|\b(aanvraag|verzoek|api)-?limiet"
    r"|\bmaximum ?aantal (aanvragen|verzoeken|aanroepen)|\bmaximale aantal (aanvragen|verzoeken)",
    later=r"\b(wordt|word) (automatisch )?opnieuw (geprobeerd|verzonden)|\breageert (momenteel|nu"
    r"|op dit moment) niet\b|"
    r"\bprobeer\b[^.]{0,30}\b(later|over enkele)\b|\b(onverwachte|interne) (server)?fout|\bsysteemfout"
    r"|\b(service|dienst|server)\b[^.]{0,30}niet beschikbaar"
    r"|\bonderhoud\b|\b(quickbooks|qbo)( online)? is (momenteel |tijdelijk )?niet beschikbaar"
    r"|\bvergrendeld door een ander (proces|bewerking)|\bloopt (al|reeds) een synchronisatie|\bsynchronisatie (is"
    r"|loopt) (al|reeds)\b",
    other_user=r"\bdoor een andere (gebruiker|persoon)[^.]{0,20}(gewijzigd|bewerkt)|\b(gewijzigd"
    r"|bewerkt) door een andere"
    r"|\bwerkten? [^.]{0,30}tegelijk|\been andere (gebruiker|persoon) heeft\b[^.]{0,40}(gewijzigd|bewerkt)",
    account_type=r"\b(rekening|account)(type|soort)|type rekening",
    unreached=r"\b(duurde|duurt) te lang"
    r"|\bexterne (naam|host|server)|\bonbekende host|\bverbinding (is |werd )?(geweigerd|verbroken|gesloten"
    r"|mislukt|verloren)|\bnetwerkfout|verbinding [^.]{0,50}(mislukt|verbroken|verloren|geweigerd|niet mogelijk)"
    r"|\bfout bij [^.]{0,12}verbinding|\bverbindingsfout|\breageert niet|\bniet bereikbaar|\bgeen verbinding (maken"
    r"|met de server)|\btime-?out van de|\bwachttijd|\bbestaande verbinding"
    r"|\btime-?outperiode|\bexterne certificaat|\bservercertificaat|\bonbereikbaar\b|\bgeen internet"
    r"|\bkan niet (met|naar) \w+( online)? verbinden|\bssl/tls-kanaal|\bwelke host dit is"
    r"|\bverzenden van de aanvraag(\.|\W*$)",
    socket=r"(^|: ?|\] ?)verbinding is (weggevallen|verlopen)|\bgeen route naar"
    r"|\bnetwerk (is onbereikbaar|ligt plat)|\bgebroken pijp|\bnaam of dienst is niet bekend|\bnaamsherleiding",
    refused=r"\bvalidatiefout",
    frame=r"fout(en)?|mislukt|bij|het|de|een|van|in|naar|met|er|is|zijn|werd|heeft|kon(den)?|niet|worden|opgetreden"
    r"|antwoordde|geantwoord"
    r"|(ge)?(synchronis|export|import)\w+|verzend\w*|verzonden|aanma\w+|aangemaakt|maken|bijwerken|opslaan|geweigerd"
    r"|afgewezen|onbekende",
)
