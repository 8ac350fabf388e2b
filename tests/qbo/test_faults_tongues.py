"""The reader of faults: what QuickBooks and others say in other languages than English."""

import json

import pytest

from qbo.faults.tongues import languages_in
from tests.qbo.fault_bodies import TEXT, body, business, read

# One row a failure; the languages in the order French, Spanish, German, Portuguese, Dutch, Italian, Japanese.
TAXES: list[tuple[str, tuple[str, ...]]] = [
    ("tax_code_not_mapped", ("Jede Position braucht einen USt.-Satz, fehlt hier.",)),
    (
        "tax_code_not_mapped",
        (
            "Chaque ligne doit avoir un taux de TPS/TVH.",
            "Todas las líneas deben tener una tasa de IVA.",
            "Jede Zeile muss einen Mehrwertsteuersatz haben.",
            "Todas as linhas devem ter uma alíquota.",
            "Elke regel moet een btw-tarief hebben.",
            "Ogni riga deve avere un'aliquota IVA.",
            "各行に税率を設定してください。",
        ),
    ),
    (
        "tax_code_not_mapped",
        (
            "Vérifiez que les lignes comprennent un taux de TVQ.",
            "Compruebe que cada línea lleve una tasa de IVA.",
            "Prüfen Sie, ob jede Zeile einen Steuersatz enthält.",
            "Verifique se cada linha leva uma alíquota.",
            "Controleer of elke regel een btw-tarief bevat.",
            "Assicurati che ogni riga includa un'aliquota.",
            "各行に税率が含まれていることを確認してください。",
        ),
    ),
    (
        "tax_code_not_mapped",
        (
            "Le code de taxe est inactif.",
            "El código de impuesto no existe.",
            "Der Steuercode wurde nicht gefunden.",
            "O código de imposto não foi encontrado.",
            "De btw-code is niet gevonden.",
            "Il codice IVA è inattivo.",
            "税コードが見つかりません。",
        ),
    ),
    (
        "tax_code_not_mapped",
        (
            "Indiquez la TVQ sur chaque ligne.",
            "Falta el IVA en una línea.",
            "Die MwSt fehlt in einer Zeile.",
            "Selecione o imposto de cada linha.",
            "Kies de btw voor elke regel.",
            "Seleziona l'IVA in ogni riga.",
            "すべての明細に消費税を選択してください。",
        ),
    ),
    (
        "tax_calculation_failed",
        (
            "Une erreur est survenue lors du calcul de la taxe.",
            "Hubo un error al calcular el impuesto.",
            "Fehler bei der Berechnung der Steuer.",
            "Ocorreu um erro ao calcular o imposto.",
            "Er is een fout opgetreden bij het berekenen van de btw.",
            "Si è verificato un errore nel calcolo dell'imposta.",
            "税の計算中にエラーが発生しました。",
        ),
    ),
    (
        "tax_not_enabled",
        (
            "La taxe de vente n'est pas configurée.",
            "El impuesto sobre las ventas no está configurado.",
            "Die Umsatzsteuer ist nicht eingerichtet.",
            "O imposto sobre vendas não está configurado.",
            "De btw is niet ingesteld.",
            "L'IVA non è configurata.",
            "消費税が設定されていません。",
        ),
    ),
]
RECORDS: list[tuple[str, tuple[str, ...]]] = [
    (
        "closed_period",
        (
            "La période est clôturée.",
            "El período está cerrado.",
            "Der Zeitraum ist abgeschlossen.",
            "O período está fechado.",
            "De periode is afgesloten.",
            "Il periodo è chiuso.",
            "会計期間は締め切られています。",
        ),
    ),
    (
        "duplicate_doc_number",
        (
            "Ce numéro de facture est déjà utilisé.",
            "El número de factura ya está en uso.",
            "Die Rechnungsnummer ist bereits vergeben.",
            "O número da fatura já está em uso.",
            "Het factuurnummer is al in gebruik.",
            "Il numero di fattura è già utilizzato.",
            "この請求書番号は既に使用されています。",
        ),
    ),
    (
        "duplicate_name",
        (
            "Ce nom est déjà utilisé.",
            "El nombre ya existe.",
            "Dieser Name wird bereits verwendet.",
            "Este nome já está em uso.",
            "Deze naam is al in gebruik.",
            "Questo nome è già in uso.",
            "この名前は既に使用されています。",
        ),
    ),
    (
        "customer_not_found",
        (
            "Le client de cette facture a été supprimé.",
            "El cliente está inactivo.",
            "Der Kunde wurde gelöscht.",
            "O cliente foi excluído.",
            "De klant is verwijderd.",
            "Il cliente è stato eliminato.",
            "顧客が見つかりません。",
        ),
    ),
    (
        "item_inactive",
        (
            "Le produit est inactif.",
            "El producto fue eliminado.",
            "Der Artikel ist inaktiv.",
            "O produto está inativo.",
            "Het product is inactief.",
            "Il prodotto è inattivo.",
            "商品は無効です。",
        ),
    ),
    (
        "item_not_found",
        (
            "Le produit est introuvable.",
            "No se encontró el producto.",
            "Der Artikel ist nicht vorhanden.",
            "O produto não foi encontrado.",
            "Het product bestaat niet.",
            "L'articolo non esiste.",
            "商品が存在しません。",
        ),
    ),
    (
        "account_inactive",
        (
            "Le compte de revenus a été désactivé.",
            "La cuenta de ingresos está inactiva.",
            "Das Erlöskonto ist nicht mehr aktiv.",
            "A conta de receita está inativa.",
            "De grootboekrekening is inactief.",
            "Il conto dei ricavi è disattivato.",
            "勘定科目が無効になっています。",
        ),
    ),
    (
        "not_found_other",
        (
            "Le fournisseur est introuvable.",
            "El proveedor no existe.",
            "Der Lieferant wurde nicht gefunden.",
            "O fornecedor não existe.",
            "De leverancier is niet gevonden.",
            "Il fornitore non è stato trovato.",
            "仕入先が見つかりません。",
        ),
    ),
    (
        "stale_object",
        (
            "La facture a été modifiée par un autre utilisateur.",
            "La factura fue modificada por otro usuario.",
            "Die Rechnung wurde von einem anderen Benutzer geändert.",
            "A fatura foi alterada por outro usuário.",
            "De factuur is door een andere gebruiker gewijzigd.",
            "La fattura è stata modificata da un altro utente.",
            "他のユーザーがこの請求書を変更しました。",
        ),
    ),
]
CONNECTION: list[tuple[str, tuple[str, ...]]] = [
    (
        "token_expired",
        (
            "La connexion à QuickBooks a expiré.",
            "La sesión ha caducado.",
            "Das Zugriffstoken ist abgelaufen.",
            "A sessão expirou.",
            "Het toegangstoken is verlopen.",
            "La connessione a QuickBooks è scaduta.",
            "トークンの期限が切れています。",
        ),
    ),
    (
        "permission_denied",
        (
            "Accès refusé.",
            "Acceso denegado.",
            "Zugriff verweigert.",
            "Acesso negado.",
            "Toegang geweigerd.",
            "Accesso negato.",
            "アクセスが拒否されました。",
        ),
    ),
    (
        "subscription_inactive",
        (
            "Votre abonnement est expiré.",
            "Su suscripción ha vencido.",
            "Ihr Abonnement ist abgelaufen.",
            "A sua assinatura expirou.",
            "Uw abonnement is verlopen.",
            "L'abbonamento è scaduto.",
            "サブスクリプションが終了しました。",
        ),
    ),
    (
        "rate_limited",
        (
            "Trop de requêtes, réessayez plus tard.",
            "Demasiadas solicitudes.",
            "Zu viele Anfragen.",
            "Muitas solicitações.",
            "Te veel aanvragen.",
            "Troppe richieste, riprova più tardi.",
            "リクエストが多すぎます。",
        ),
    ),
    (
        "server_error",
        (
            "Une erreur inattendue s'est produite.",
            "Inténtelo de nuevo más tarde.",
            "Bitte versuchen Sie es später noch einmal.",
            "Tente novamente mais tarde.",
            "Probeer het later opnieuw.",
            "Si è verificato un errore imprevisto.",
            "時間をあけて再度お試しください。",
        ),
    ),
    (
        "network",
        (
            "Le nom distant n'a pas pu être résolu",
            "No se puede resolver el nombre remoto",
            "Der Remotename konnte nicht aufgelöst werden",
            "Não foi possível resolver o nome remoto",
            "De verbinding is geweigerd",
            "La connessione è stata rifiutata",
            "接続がタイムアウトしました",
        ),
    ),
]


def rows(*tables: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, str]]:
    return [(code, words) for table in tables for code, told in table for words in told]


@pytest.mark.parametrize(("code", "words"), rows(TAXES))
def test_taxes_are_read_under_the_code_of_business_rules(code: str, words: str) -> None:
    assert read(business(words)).code == code


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("code", "words"), rows(RECORDS))
def test_records_are_read_with_that_code_and_without_any(code: str, words: str) -> None:
    assert read(business(words)).code == code
    assert read(words, None, TEXT).code == code


OTHER_WAYS: list[tuple[str, tuple[str, ...]]] = [
    (
        "customer_not_found",
        (
            "Le client a été fusionné avec un autre",
            "El cliente fue fusionado con otro",
            "Der Kunde wurde zusammengeführt",
            "O cliente foi mesclado com outro",
            "De klant is samengevoegd",
            "Il cliente è stato unito a un altro",
            "顧客は統合されました",
        ),
    ),
    ("permission_denied", ("Vous n'avez plus accès à ce dossier.", "この会社へのアクセス権がありません")),
    (
        "permission_denied",
        (
            "Action interdite",
            "Acción no permitida",
            "Aktion nicht erlaubt",
            "Ação proibida!",
            "Deze actie is niet toegestaan",
            "Operazione non consentita",
            "この操作は禁止されています",
        ),
    ),
    (
        "permission_denied",
        (
            "Vous n'êtes pas autorisé à le faire",
            "No está autorizado para hacerlo",
            "Você não está autorizado a fazê-lo",
            "U bent niet bevoegd",
            "Non sei autorizzato a farlo",
        ),
    ),
    (
        "customer_not_found",
        (
            "Aucun client n'est sélectionné",
            "No se eligió ningún cliente",
            "Es ist kein Kunde angegeben",
            "Nenhum cliente foi escolhido",
            "Er is geen klant gekozen",
            "Nessun cliente scelto",
        ),
    ),
    (
        "item_not_found",
        ("Aucun article choisi", "Ningún producto seleccionado", "Kein Artikel gewählt", "Nessun prodotto indicato"),
    ),
    (
        "income_account_missing",
        ("Aucun compte indiqué", "Ninguna cuenta seleccionada", "Kein Konto ausgewählt", "Geen rekening opgegeven"),
    ),
    (
        "stale_object",
        (
            "La facture est périmée",
            "El registro está desactualizado",
            "Der Datensatz ist veraltet",
            "O registro está desatualizado",
            "Het object is verouderd",
            "L'oggetto è obsoleto",
            "レコードが古くなっています",
        ),
    ),
    (
        "not_found_other",
        (
            "Quelqu'un a supprimé la facture",
            "Alguien ha eliminado la factura",
            "Jemand hat die Rechnung gelöscht",
            "Alguém excluiu a fatura",
            "Iemand heeft de factuur verwijderd",
            "Qualcuno ha eliminato la fattura",
            "誰かが請求書を削除しました",
        ),
    ),
    ("closed_period", ("Das Datum liegt vor dem Stichtag für den Abschluss",)),
    ("stale_object", ("U werkte er tegelijk met iemand anders aan",)),
    ("token_expired", ("Ongeldig vernieuwingstoken",)),
    ("server_error", ("内部サーバーエラー",)),
    ("app_already_connected", ("このアプリは既に購入されています",)),
    (
        "reference_not_found",
        (
            "Ressource introuvable",
            "Recurso no encontrado",
            "Die Ressource wurde nicht gefunden",
            "Recurso não encontrado",
            "Resource niet gevonden",
            "Risorsa non trovata",
            "リソースが見つかりません",
        ),
    ),
    (
        "permission_denied",
        (
            "Vous devez être administrateur de la société.",
            "Debe ser administrador de la empresa.",
            "Sie müssen Administrator sein.",
            "Você deve ser administrador da empresa.",
            "U moet beheerder zijn.",
            "Devi essere amministratore dell'azienda.",
            "管理者のみが接続を行うことを認められています",
        ),
    ),
    (
        "network",
        (
            "Le service met trop de temps à répondre",
            "El servicio tardó demasiado en responder",
            "Die Antwort hat zu lange gedauert",
            "Het antwoord duurde te lang",
        ),
    ),
    (
        "duplicate_name",
        (
            "Ce client existe déjà dans QuickBooks",
            "Este cliente ya existe en QuickBooks",
            "Dieser Kunde existiert bereits in QuickBooks",
            "Este cliente já existe no QuickBooks",
            "Deze klant bestaat al in QuickBooks",
            "Questo cliente esiste già in QuickBooks",
            "この顧客は既に存在します",
        ),
    ),
    ("permission_denied", ("Vous n'avez pas les autorisations requises.",)),
    (
        "customer_not_found",
        (
            "Une facture doit avoir un client.",
            "Una factura debe tener un cliente.",
            "Eine Rechnung muss einen Kunden haben.",
            "Uma fatura deve ter um cliente.",
            "Een factuur moet een klant hebben.",
            "Una fattura deve avere un cliente.",
            "請求書には顧客が必要です。",
        ),
    ),
    (
        "closed_period",
        (
            "Aucune période n'est ouverte.",
            "No hay ningún período abierto.",
            "Keine Periode ist geöffnet.",
            "Nenhum período está aberto.",
            "Geen periode is open.",
            "Nessun periodo è aperto.",
            "会計期間が開いていません。",
        ),
    ),
    (
        "closed_period",
        (
            "La date précède la date de clôture.",
            "La fecha es anterior a la fecha de cierre.",
            "Das Datum liegt vor dem Abschlussdatum.",
            "A data é anterior à data de fechamento.",
            "De datum ligt voor de afsluitdatum.",
            "La data precede la data di chiusura.",
            "日付が締め日より前です。",
        ),
    ),
    (
        "tax_code_not_mapped",
        (
            "Taux de TVA manquant",
            "Falta la tasa de IVA",
            "Steuersatz nicht erfasst",
            "Alíquota ausente",
            "Btw-tarief ontbreekt",
            "Aliquota IVA mancante",
            "税率が選択されていません",
        ),
    ),
    (
        "token_expired",
        (
            "Jeton manquant. Reconnectez QuickBooks.",
            "Vuelva a conectar QuickBooks.",
            "Verbinden Sie QuickBooks erneut.",
            "Conecte novamente o QuickBooks.",
            "Verbind QuickBooks opnieuw.",
            "Ricollega QuickBooks.",
            "QuickBooksに再接続してください。",
        ),
    ),
    (
        "customer_not_found",
        (
            "Aucun client trouvé",
            "Ningún cliente encontrado",
            "Kein Kunde gefunden",
            "Nenhum cliente encontrado",
            "Geen klant gevonden",
            "Nessun cliente trovato",
            "該当する顧客がありません",
        ),
    ),
    (
        "not_found_other",
        (
            "Ce numéro de facture n'existe pas",
            "El número de factura no existe",
            "Diese Rechnungsnummer existiert nicht",
            "O número da fatura não existe",
            "Dit factuurnummer bestaat niet",
            "Il numero di fattura non esiste",
            "請求書番号が見つかりません",
        ),
    ),
    (
        "validation",
        (
            "Nom obligatoire",
            "Nombre obligatorio",
            "Name erforderlich",
            "Nome obrigatório",
            "Naam verplicht",
            "Nome obbligatorio",
            "名前が必要です",
        ),
    ),
    (
        "subscription_inactive",
        (
            "Il y a un problème de facturation.",
            "Hay un problema de facturación.",
            "Es gibt ein Abrechnungsproblem.",
            "Há um problema de cobrança.",
            "Er is een betalingsprobleem.",
            "C'è un problema di fatturazione.",
            "お支払いに問題があります。",
        ),
    ),
    (
        "network",
        (
            "La connexion au serveur a échoué",
            "La conexión con el servidor ha fallado",
            "Verbindung zum Server fehlgeschlagen",
            "A conexão com o servidor falhou",
            "De verbinding met de server is mislukt",
            "La connessione al server non è riuscita",
            "サーバーに接続できませんでした",
        ),
    ),
    (
        "duplicate_doc_number",
        (
            "Une facture portant le même numéro a déjà été reçue",
            "El mismo id ya existe",
            "Eine Rechnung mit derselben Nummer ist bereits vorhanden",
            "O mesmo id já existe",
            "Er bestaat al een factuur met hetzelfde nummer",
            "Lo stesso numero esiste già",
            "同じ番号が既に使用されています",
        ),
    ),
    (
        "validation",
        (
            "Erreur de validation",
            "Error de validación",
            "Validierungsfehler",
            "Erro de validação",
            "Validatiefout",
            "Errore di convalida",
            "検証エラー",
        ),
    ),
]


# As the C library translates its errors; PHP, Python, Ruby, Java and cURL print them as they are.
SYSTEM = [
    "Connexion ré-initialisée par le correspondant",
    "Le réseau n'est pas accessible",
    "Nom ou service inconnu",
    "Échec temporaire dans la résolution du nom",
    "Conexión rehusada",
    "Expiró el tiempo de conexión",
    "No existe ninguna ruta hasta el `host'",
    "La red es inaccesible",
    "Die Wartezeit für die Verbindung ist abgelaufen",
    "Keine Route zum Zielrechner",
    "Der Name oder der Dienst ist nicht bekannt",
    "Tempo esgotado para conexão",
    "Ligação expirada",
    "A rede está fora de alcance",
    "Nome ou serviço desconhecido",
    "[Errno 110] Verbinding is verlopen",
    "Geen route naar host",
    "Tijdelijk probleem in naamsherleiding",
    "Connessione scaduta",
    "La rete non è raggiungibile",
    "Nome o servizio sconosciuto",
    "接続が相手からリセットされました",
    "ホストへの経路がありません",
    "名前またはサービスが不明です",
]


# As .NET says that a request got no answer.
DOTNET = [
    "Une erreur s'est produite lors de l'envoi de la demande.",
    "L'opération a expiré",
    "Serveur injoignable",
    "Aucune connexion Internet",
    "Error al enviar la solicitud.",
    "Servidor inaccesible",
    "Fehler beim Senden der Anforderung.",
    "Die Gegenstelle hat nicht reagiert",
    "Kein solcher Host",
    "SSL/TLS-Kanal nicht erstellt",
    "Keine Internetverbindung",
    "Erro ao enviar a solicitação.",
    "Este host não é conhecido.",
    "Servidor inacessível",
    "Fout bij het verzenden van de aanvraag.",
    "Het is niet bekend welke host dit is.",
    "Er is geen SSL/TLS-kanaal",
    "Server onbereikbaar",
    "Geen internet",
    "Errore durante l'invio della richiesta.",
    "Rifiuto persistente del computer",
    "Nessuna risposta dal server",
    "Server irraggiungibile",
    "要求の送信中にエラー",
    "サーバーに到達できません",
    "インターネットに接続していません",
]


@pytest.mark.parametrize("words", [*SYSTEM, *DOTNET])
def test_errors_of_the_system_are_read_in_its_language(words: str) -> None:
    assert read(words, None, TEXT).code == "network"


@pytest.mark.parametrize(
    "words",
    [
        "De verbinding met QuickBooks is verlopen",
        "A ligação ao QuickBooks expirou",
        "Connexion à QuickBooks expirée, demandez à l'administrateur",
        "Die QuickBooks-Verbindung ist abgelaufen",
        "De QuickBooks-koppeling is verlopen",
        "QuickBooksとの連携の期限が切れました",
        "La connessione a QuickBooks è scaduta",
    ],
)
def test_a_connection_that_somebody_has_to_make_again_is_no_error_of_the_system(words: str) -> None:
    assert read(words, None, TEXT).code == "token_expired"


def test_one_or_more_lines_are_no_bound_of_a_number() -> None:
    words = "1 つ以上の取引行に税コードが関連付けられていません。"
    assert read(business(words)).code == "tax_code_not_mapped"
    assert read(business("税率は 0 以上の値を入力してください。")).code == "validation"


def test_a_few_words_may_call_a_customer_invalid() -> None:
    assert read("Cliente inválido", None, TEXT).code == "customer_not_found"


UNCONNECTED: list[tuple[str, tuple[str, ...]]] = [
    (
        "token_expired",
        (
            "QuickBooks n'est pas connecté.",
            "QuickBooks no está conectado.",
            "QuickBooks ist nicht verbunden.",
            "O QuickBooks não está conectado.",
            "QuickBooks is niet gekoppeld.",
            "QuickBooks non è collegato.",
            "QuickBooks は接続されていません。",
        ),
    ),
    (
        "token_expired",
        (
            "QuickBooks est déconnecté",
            "QuickBooks fue desconectado",
            "QuickBooks wurde getrennt",
            "O QuickBooks foi desconectado",
            "QuickBooks is ontkoppeld",
            "QuickBooks è stato scollegato",
            "QuickBooks は切断されました",
        ),
    ),
    (
        "token_expired",
        (
            "QuickBooks a refusé le jeton",
            "QuickBooks rechazó el token",
            "QuickBooks lehnte das Token ab",
            "QuickBooks recusou a sessão",
            "QuickBooks weigerde het token",
            "QuickBooks ha respinto il token",
            "トークンが拒否されました",
        ),
    ),
    (
        "token_expired",
        (
            "Jeton refusé",
            "Credenciales rechazadas",
            "Token zurückgewiesen",
            "Token rejeitado",
            "Inloggegevens geweigerd",
            "Credenziali rifiutate",
            "認証情報が却下されました",
        ),
    ),
    (
        "app_already_connected",
        (
            "Une autre personne a déjà installé l'application.",
            "Otra persona ya instaló la aplicación.",
            "Jemand anders hat die App schon installiert.",
            "Outra pessoa já conectou o aplicativo.",
            "Iemand anders heeft de app al gekoppeld.",
            "Un'altra persona ha già installato l'app.",
            "別のユーザーが既に接続しています。",
        ),
    ),
    (
        "app_already_connected",
        (
            "L'application est déjà connectée par quelqu'un d'autre.",
            "La aplicación ya está conectada por otra persona.",
            "Die App wurde bereits von einem anderen Benutzer verbunden.",
            "O aplicativo já foi conectado por outro usuário.",
            "De app is al door een andere gebruiker gekoppeld.",
            "L'app è già collegata da un altro utente.",
            "既に別のユーザーが連携しています。",
        ),
    ),
    (
        "not_found_other",
        (
            "Le devis 12 est introuvable.",
            "El presupuesto 12 no existe.",
            "Das Angebot 12 wurde nicht gefunden.",
            "O orçamento 12 não foi encontrado.",
            "De offerte 12 is niet gevonden.",
            "Il preventivo 12 non è stato trovato.",
            "見積書 12 が見つかりません。",
        ),
    ),
    (
        "not_found_other",
        (
            "Projet introuvable",
            "El empleado no existe",
            "Der Mitarbeiter wurde nicht gefunden",
            "Lançamento não encontrado",
            "De medewerker bestaat niet",
            "Il dipendente non esiste",
            "従業員が見つかりません",
        ),
    ),
    (
        "not_found_other",
        (
            "JournalEntry 12 introuvable",
            "VendorCredit 12 no existe",
            "SalesReceipt 12 wurde nicht gefunden",
            "BillPayment 12 não encontrado",
            "PurchaseOrder 12 niet gevonden",
            "VendorCredit 12 non esiste",
            "CreditMemo が見つかりません",
        ),
    ),
    (
        "closed_period",
        (
            "Les livres sont clos au 31.03.2026 et verrouillés.",
            "Los libros al 31.03.2026 están cerrados.",
            "Die Bücher sind bis 31.03.2026 gesperrt.",
            "Os livros até 31.03.2026 estão fechados.",
            "De boeken zijn tot 31.03.2026 vergrendeld.",
            "I libri al 31.03.2026 sono chiusi.",
            "帳簿は 2026.03.31 まで閉鎖されています。",
        ),
    ),
    (
        "closed_period",
        (
            "Les livres ne peuvent pas être modifiés à cette date.",
            "Los libros no se pueden modificar en esa fecha.",
            "Die Bücher können nicht mehr geändert werden.",
            "Os livros não podem ser alterados nessa data.",
            "De boeken kunnen niet meer worden gewijzigd.",
            "I libri non possono essere modificati in quella data.",
            "帳簿を変更できません。",
        ),
    ),
    (
        "rate_limited",
        (
            "Le nombre de requêtes est limité : requêtes limitées",
            "Las llamadas están limitadas",
            "Die Anfragen werden gedrosselt",
            "As chamadas estão limitadas",
            "De aanvragen zijn beperkt",
            "Le richieste sono limitate",
            "リクエストが制限されています",
        ),
    ),
    (
        "rate_limited",
        (
            "QuickBooks limite les requêtes",
            "QuickBooks limitó las solicitudes",
            "Anfragen pro Minute: Grenze überschritten",
            "O QuickBooks limitou as requisições",
            "API-limiet bereikt",
            "QuickBooks ha limitato le richieste",
            "リクエストの上限に達しました",
        ),
    ),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("code", "words"), rows(CONNECTION, OTHER_WAYS, UNCONNECTED))
def test_the_connection_is_read_without_a_code(code: str, words: str) -> None:
    assert read(words, None, TEXT).code == code


@pytest.mark.parametrize(
    "words",
    [
        "Le client est introuvable",
        "LE CLIENT EST INTROUVABLE",
        json.dumps({"message": "Le client a été supprimé"}),
        json.dumps({"message": "Le client a été supprimé"}, ensure_ascii=False),
        "Le client a été supprimé".encode().decode("cp1252"),
        "Le client a e\u0301te\u0301 supprime\u0301",
        "Le client a ete supprime",
    ],
)
def test_accents_may_be_missing_escaped_or_misread(words: str) -> None:
    assert read(words, None, TEXT).code == "customer_not_found"


@pytest.mark.parametrize(
    "words",
    [
        # What cannot be deleted, or must not be empty, is there.
        "Ce client ne peut pas être supprimé, car son solde n'est pas nul.",
        "El cliente no se puede eliminar porque tiene saldo.",
        "Der Kunde kann nicht gelöscht werden, er hat offene Rechnungen.",
        "O cliente não pode ser excluído porque tem saldo.",
        "De klant kan niet worden verwijderd omdat er een saldo is.",
        "Il cliente non può essere eliminato perché ha un saldo.",
        "この顧客は残高があるため削除できません。",
        # The amount of a tax is no code of it.
        "Le montant de la taxe doit être inférieur au sous-total.",
        "El importe del impuesto debe ser menor que el subtotal.",
        "Der Betrag der Steuer muss kleiner sein als die Summe.",
        "O valor do imposto deve ser menor que o subtotal.",
        "Het bedrag van de btw moet lager zijn dan het subtotaal.",
        "L'importo dell'IVA deve essere inferiore al subtotale.",
        "税額は小計より小さい金額を入力してください。",
        # Nor is a rate that is too high.
        "Le taux de TVA doit être compris entre 0 et 100.",
        "La tasa de impuesto debe ser mayor que 0.",
        "Der Steuersatz muss kleiner als 100 sein.",
        "A alíquota deve ser menor que 100.",
        "Het btw-tarief moet lager zijn dan 100.",
        "L'aliquota deve essere minore di 100.",
        "税率は100以下で入力してください。",
        # A customer who has to have something is not the customer that an invoice has to have.
        "Le client doit avoir une adresse.",
        "El cliente debe tener una dirección.",
        "Der Kunde muss eine Adresse haben.",
        "O cliente deve ter um endereço.",
        "De klant moet een adres hebben.",
        "Il cliente deve avere un indirizzo.",
        # A needed name is no name that is taken.
        "Nome é obrigatório",
        "El nombre es obligatorio",
        # Nobody was looked for.
        "Aucun client ne doit avoir deux adresses.",
        "Kein Kunde darf zwei Adressen haben.",
        # Another number, another name's trouble, another account.
        "Le numéro de téléphone est déjà utilisé.",
        "Il numero di telefono è già in uso.",
        "Manca il codice fiscale.",
        # A request that was made wrongly was sent.
        "Error al enviar la solicitud de compra: falta la fecha",
        "Fehler beim Senden der Anforderung 12: Datum fehlt",
        "Fout bij het verzenden van de aanvraag van juni: datum ontbreekt",
        "Errore durante l'invio della richiesta di acquisto: manca la data",
        "El nombre es demasiado largo.",
        "Sélectionnez un autre compte et réessayez.",
        "Das Konto muss vom Typ Erlöse sein.",
    ],
)
def test_what_resembles_them_is_left_to_a_person(words: str) -> None:
    assert read(business(words)).code == "validation"
    assert read(words, None, TEXT).code == "validation"  # nor where a program says it, without a status


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("duplicate_name", body("6240", "Nom en double", "Le code de taxe existe déjà.")),
        ("field_refused", body("2050", "Chaîne non valide", "Le client a été supprimé", "PrivateNote")),
        ("tax_code_not_mapped", body("2500", "ID de référence non valide", "Code de taxe")),
        ("tax_code_not_mapped", body("2500", "Référence", "Taux de taxe 9")),
        ("reference_not_found", body("2500", "ID de référence non valide", "Vérifiez les champs.")),
        ("reference_not_found", '{"message":"Référence non valide"}'),
        ("account_wrong_type", business("アカウントの種類が無効です。商品には別の種類が必要です。")),
        ("account_wrong_type", business("Le type de compte n'est pas valide.")),
        ("tax_code_not_mapped", business("Un code TVA n'est pas configuré.")),
        ("account_inactive", '{"message":"Le compte 7060 est fermé"}'),
        ("account_inactive", '{"message":"無効な参照 ID です:IncomeAccountRef"}'),
        ("server_error", '{"message":"Die Anfrage kann derzeit nicht bearbeitet werden"}'),
        ("link_refused", "TxnId cannot be linked: some of these transactions were made inactive"),
    ],
)
def test_a_code_with_one_meaning_goes_before_words(code: str, text: str) -> None:
    assert read(text).code == code


def test_closed_books_may_come_as_something_forbidden_or_stale() -> None:
    assert read("Período fechado", 403, TEXT).code == "closed_period"
    assert read(body("5010", "Période comptable fermée", "La période est fermée.")).code == "closed_period"
    assert read("Conta fechada", 403, TEXT).code == "permission_denied"


def test_a_status_is_read_with_its_name_in_another_language() -> None:
    assert read("403 Interdit", None, TEXT).code == "permission_denied"


def test_english_is_not_taken_for_another_language() -> None:
    for words in (
        "Duplicate superior minor services, terminate the errata and indicate the invalid unit",
        "The client has no tax code",
        "Select an account",
        "This name exists already in period 3",
        "Services, items and accounts that are inactive stay in the archive, and incorrect ones too",
        "Close the period of the transactions",
        "Another user has no permission to use it, the server is busy, try again",
    ):
        assert languages_in(words.casefold()) == ()
