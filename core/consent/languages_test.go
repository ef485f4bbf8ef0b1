package consent_test

import (
	"strings"
	"testing"

	"wismo/core/consent"
)

func TestOptOutsInEveryLanguage(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"de": {
			"Stopp", "bitte abmelden", "Schreiben Sie mir nicht mehr", "hört auf mir zu schreiben", "keine Nachrichten mehr bitte",
			"Ich möchte keine SMS mehr von euch", "Schickt mir keine weiteren Nachrichten", "kontaktieren Sie mich nicht mehr", "Lasst mich in Ruhe", "löscht meine Nummer",
		},
		"fr": {
			"ARRET", "arrêtez de m'écrire", "Arrête de m’envoyer des messages", "plus de SMS svp", "ne m'écrivez plus", "je ne souhaite plus recevoir vos messages",
			"désabonnez-moi", "je veux me désinscrire", "laissez-moi tranquille", "supprimez mon numéro",
		},
		"es": {
			"BAJA", "dejen de mandarme mensajes", "deja de escribirme", "no me escribas más", "no me manden mensajes", "no quiero recibir más mensajes", "no más SMS",
			"quiero darme de baja", "déjenme en paz", "borren mi número",
		},
		"it": {
			"disiscrivimi", "smettetela di scrivermi", "smetti di mandarmi messaggi", "non scrivetemi più", "non contattatemi", "non voglio più ricevere messaggi", "basta messaggi",
			"cancellatemi", "lasciatemi in pace",
		},
		"nl": {
			"afmelden", "stop met sms'en", "hou op met berichten sturen", "stuur me geen berichten meer", "geen berichten meer", "ik wil geen berichten meer", "schrijf me uit",
			"laat me met rust", "verwijder mijn nummer",
		},
		"pt": {
			"SAIR", "parem de me mandar mensagens", "pare de enviar mensagens", "não me mandem mensagens", "não me escrevam mais", "não quero mais receber mensagens", "chega de mensagens",
			"quero me descadastrar", "me deixem em paz", "apaguem o meu número",
		},
	} {
		for _, text := range texts {
			if got := consent.Of(text, ""); got != consent.StopAsked {
				t.Errorf("%s %q: wish %d", language, text, got)
			}
		}
	}
}

// What customers say of messages and stopping without wanting none.
func TestNoOptOutInAnyLanguage(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"de": {
			"ich habe keine Nachricht bekommen", "warum schreibt ihr mir nicht?", "keine Nachrichten mehr vom Zusteller bekommen, wo ist das Paket", "schreiben Sie mir bitte wo mein Paket ist",
			"das Paket wurde gestoppt", "meine Nummer ist falsch, bitte ändern", "Bestellung stornieren",
		},
		"fr": {
			"je n'ai pas reçu de message", "pas de nouvelles de mon colis", "le colis est à l'arrêt depuis lundi", "écrivez-moi s'il vous plaît", "mon numéro est le 1001", "plus de nouvelles depuis lundi",
			"contactez-moi",
		},
		"es": {
			"no me ha llegado ningún mensaje", "no me han enviado el paquete", "no me escribieron más desde el lunes", "mándame un mensaje", "el envío está parado", "quiero cancelar mi pedido", "para de pedido 1001",
		},
		"it": {
			"non mi avete mandato il pacco", "non ho ricevuto messaggi", "non mi hanno contattato", "scrivetemi dov'è il pacco", "basta, dov'è il mio ordine", "mi mandate un messaggio",
		},
		"nl": {
			"ik heb geen berichten gekregen", "geen bericht ontvangen over mijn pakket", "stuur me een bericht", "de bezorger stopt hier nooit", "mijn nummer is veranderd", "app me als het er is",
		},
		"pt": {
			"não recebi nenhuma mensagem", "não me mandaram o pacote", "me mandem uma mensagem", "o pacote está parado", "para onde foi o meu pedido", "quero cancelar o pedido",
		},
	} {
		for _, text := range texts {
			if got := consent.Of(text, ""); got == consent.StopAsked || got == consent.StopWord {
				t.Errorf("%s %q is taken for an opt-out", language, text)
			}
		}
	}
}

func TestALongTextIsSearchedInTime(t *testing.T) {
	t.Parallel()
	if got := consent.Of(strings.Repeat("bericht envio message ", 50_000), ""); got != consent.Nothing {
		t.Errorf("wish %d", got)
	}
}
