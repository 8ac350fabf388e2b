"""The reader of faults in other languages: nobody has connected QuickBooks, what waits, what tells nothing."""

import pytest

from qbo import catalogue
from tests.qbo.fault_bodies import JSON, TEXT, business, read

SAID: dict[str, tuple[str, ...]] = {
    "token_expired": (
        *("QuickBooks no está autorizado", "Debe conectar QuickBooks antes", "No hay conexión con QuickBooks"),
        *("QuickBooks n'est pas encore relié", "Connectez d'abord QuickBooks", "Aucune connexion à QuickBooks"),
        "La connexion QuickBooks n'est plus active",
        *("QuickBooks não está vinculado", "Conecte o QuickBooks", "Nenhuma conexão com o QuickBooks encontrada"),
        *("QuickBooks ist noch nicht gekoppelt", "Verbinden Sie erst QuickBooks"),
        *("Bitte zuerst QuickBooks verbinden", "Keine Verbindung zu QuickBooks hinterlegt"),
        *("QuickBooks is niet geautoriseerd", "Koppel eerst QuickBooks", "Geen koppeling met QuickBooks ingesteld"),
        *("QuickBooks non è autorizzato", "Collega QuickBooks", "Nessuna connessione con QuickBooks"),
        *("QuickBooks no configurado", "QuickBooks n'est pas configuré", "QuickBooks não configurado"),
        *("QuickBooks non configurato", "QuickBooks ist nicht eingerichtet", "QuickBooks is niet ingesteld"),
        *("QuickBooksに接続してください", "Hay que conectar tu cuenta de QuickBooks"),
    ),
    "permission_denied": (
        *("QBO_CLIENT_SECRET no configurado", "Client ID manquant", "QBO_CLIENT_ID nicht konfiguriert"),
        *("QBO_CLIENT_ID não definido", "Client secret ontbreekt", "Client ID non impostato"),
    ),
    "server_error": (
        *("Ya hay otra sincronización", "Temporalmente fuera de servicio", "Synchronisation déjà en cours"),
        *("Sincronização em andamento", "Synchronisierung läuft noch", "Er loopt al een synchronisatie"),
        *("Sincronizzazione già in corso", "同期処理が進行中です"),
        *("Ein unerwarteter Fehler ist aufgetreten", "Es gab einen internen Serverfehler"),
        *("QuickBooks respondeu com erro 503", "QuickBooks hat mit Fehler 502 geantwortet", "Intentalo más tarde"),
        *("QuickBooks a répondu avec le code 504 lors de l'envoi", "QuickBooks ha risposto con errore 500."),
        *("Bloqueado por otro proceso", "Verrouillé par une autre opération", "Vergrendeld door een ander proces"),
        *("Bloqueado por outro processo", "Durch einen anderen Vorgang gesperrt", "Bloccato da un altro processo"),
    ),
    "tax_not_enabled": ("La TVA n'est pas configurée dans QuickBooks", "El IVA no está configurado en QuickBooks"),
    "rate_limited": ("QuickBooks antwoordde met 429", "QuickBooks respondió: 429"),
    "customer_not_found": (
        *("Cliente no vinculado a QuickBooks", "Ce client n'est pas encore associé", "Cliente não mapeado"),
        *(
            "Kunde nicht verknüpft",
            "De klant is niet gelinkt",
            "Il cliente non è abbinato",
            "顧客が紐付けされていません",
        ),
    ),
    "item_not_found": (
        *("El servicio no está asignado a un producto", "Article non lié", "Produto não vinculado"),
        *("Artikel nicht zugeordnet", "Artikel niet gelinkt", "Il servizio non è mappato"),
    ),
    "duplicate_doc_number": ("Questo numero è già stato usato",),
    "account_inactive": (
        *("Aucun compte associé", "Ninguna cuenta configurada", "Nenhuma conta vinculada", "Kein Konto hinterlegt"),
        *("Geen rekening ingesteld", "Nessun conto mappato"),
    ),
    "tax_code_not_mapped": (
        *("Veuillez vous assurer que chaque ligne a un taux de TVA", "各行に税率があることを確認してください"),
        *("Código de impuesto sin asignar", "Taux de TVA non rattaché", "Steuercode nicht gekoppelt"),
    ),
    "network": (
        *("No se puede conectar QuickBooks: tiempo de espera", "Impossible de connecter QuickBooks : délai d'attente"),
        *("Konnte QuickBooks nicht erreichen: Zeitüberschreitung", "Kan niet met QuickBooks verbinden"),
        *("Impossibile collegarsi a QuickBooks: tempo scaduto", "Não foi possível conectar ao QuickBooks"),
    ),
    "unknown": (
        *("QuickBooks a répondu une erreur", "QuickBooks respondió con un error"),
        *("QuickBooks rechazó el pago", "Error al exportar el cliente 'Acme'", "Échec de l'envoi de la facture 17"),
        *("Erro ao enviar a fatura", "Fehler beim Übertragen der Rechnung 17", "Fout bij het opslaan van de factuur"),
        *("Errore durante l'invio della fattura", "請求書の送信に失敗しました", "QuickBooks hat die Zahlung abgelehnt"),
    ),
    "validation": (
        *("Error al exportar el cliente: falta la fecha", "Fehler beim Übertragen: Datum falsch"),
        *("QuickBooks respondió 404 facturas, elija una", "QuickBooks hat 503 Zeilen beantwortet, eine fehlt"),
        *("QuickBooks no está configurado para varias monedas", "QuickBooks n'est pas configuré pour cela"),
        *("Conecte el medidor antes de facturar", "Bitte verbinden Sie die Zeilen mit Texten"),
        *("La factura no está asignada a una ruta", "Erreur : la date de la facture est absente"),
    ),
}


@pytest.mark.parametrize(("label", "words"), [(label, words) for label, texts in SAID.items() for words in texts])
def test_what_programs_in_other_languages_say(label: str, words: str) -> None:
    assert catalogue.entry(read(words, None, TEXT).code).label == label


def test_quickbooks_own_refusals_end_no_connection_and_are_never_without_a_reason() -> None:
    assert read(business("Conecte QuickBooks a su banco primero"), 400, JSON).code == "validation"
    assert read(business("Error al guardar la factura"), 400, JSON).code == "validation"
