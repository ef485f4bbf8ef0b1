package consent

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Opt-outs in the customer's own words count in every language that the bot
// speaks. No carrier acts on them. The texts are compared without accents, so
// that "arrête" and "arrete" are one.
//
// What somebody merely reports ("I got no message") is no opt-out: each pattern
// holds an order to stop, or the wish not to be written to.

// loneStop are words that alone mean: no more messages.
var loneStop = map[string]bool{
	"stopp": true, "abmelden": true, "abbestellen": true, "austragen": true, // de
	"arret": true, "arreter": true, "desabonner": true, "desinscrire": true, "desinscription": true, // fr
	"baja": true, "darsedebaja": true, "desuscribir": true, "desuscribirme": true, // es
	"disiscrivimi": true, "disiscriviti": true, "cancellami": true, // it
	"afmelden": true, "uitschrijven": true, "stoppen": true, // nl
	"descadastrar": true, "sair": true, "parar": true, // pt, es
}

var stopElsewhere = regexp.MustCompile(strings.Join([]string{
	// de
	`\b(?:hort|hor|horen sie)\s+(?:bitte\s+)?auf\s+(?:mir\s+|mich\s+)?(?:zu\s+)?(?:schreiben|texten|nachrichten|sms|anzuschreiben|zu kontaktieren)`,
	`\bschreib(?:en sie|t)?\s+(?:mir|uns|mich)\s+(?:bitte\s+)?(?:nicht mehr|nie wieder|nie mehr|keine)\b`,
	`\bschick(?:en sie|t)?\s+mir\s+(?:bitte\s+)?keine\s+(?:\w+\s+)?(?:nachrichten|sms|whatsapps?|mails?)`,
	`\bkeine\s+(?:weiteren\s+)?(?:nachrichten|sms|mails)\s+mehr\s*(?:$|[.!,]|bitte|schicken|senden|an mich)`,
	`\b(?:will|mochte|wunsche)\s+(?:bitte\s+)?keine\s+(?:\w+\s+)?(?:nachrichten|sms|mails)\s+(?:mehr|von euch|von ihnen|bekommen|erhalten)`,
	`^\W*(?:bitte\s+)?(?:mich\s+)?(?:abmelden|abbestellen|austragen)\b`,
	`\bkontaktier(?:en sie|t)?\s+mich\s+(?:bitte\s+)?(?:nicht|nie)\b|\b(?:lasst|lassen sie)\s+mich\s+in\s+ruhe\b`,
	`\b(?:losch|entfern|streich)(?:en sie|t|e)?\s+(?:bitte\s+)?meine\s+(?:telefon|handy)?nummer\b`,
	// fr
	`\b(?:arrete[rz]?|cesse[rz]?)\s+(?:\w+\s+)?(?:de\s+|d'|les\s+|vos\s+)?(?:m'\s?)?(?:ecrire|envoyer|messages?|sms|textos?|contacter|harceler)`,
	`\b(?:plus|pas)\s+de\s+(?:messages?|sms|textos?)\s*(?:$|[.!,]|svp|s'il|merci|de votre part)|\bne\s+(?:m'ecrivez|me\s+contactez|m'envoyez|m'ecris|me\s+contacte)\s+plus\b`,
	`\bne\s+(?:souhaite|veux|desire)\s+plus\s+(?:recevoir|de|etre contacte)`,
	`\b(?:desabonn|desinscri)\w*[- ]moi\b|\bme\s+(?:desabonner|desinscrire)\b|\blaissez[- ]moi\s+tranquille\b|\b(?:supprimez|retirez|effacez)\s+mon\s+numero\b`,
	// es
	`\b(?:deja|dejen|dejad|deje|para|paren|parad|basta)\s+de\s+(?:\w+\s+)?(?:mandar|enviar|escribir|contactar|molestar)\w*`,
	`\bno\s+me\s+(?:escrib|envi|mand|contact|molest)(?:as|an|ais|es|eis|en|e)\s+(?:mas|nunca)\b|\bno\s+me\s+(?:escriba|envie|mande|contacte|moleste)[ns]?\b`,
	`\bno\s+(?:quiero|deseo)\s+(?:recibir\s+)?(?:mas\s+)(?:mensajes|sms|correos)\b|\bno\s+mas\s+(?:mensajes|sms)\b`,
	`\b(?:dame|denme|darme|quiero darme|dadme)\s+de\s+baja\b|\b(?:dejenme|dejame|dejadme)\s+en\s+paz\b|\b(?:borren?|quiten?|eliminen?)\s+mi\s+numero\b`,
	// it
	`\b(?:smettila|smettetela|smetti|smettete|smetta)\s+di\s+(?:scriver|mandar|inviar|contattar|disturbar)\w*`,
	`\bnon\s+(?:mi\s+)?(?:scrivetemi|scrivermi|mandatemi|mandarmi|inviatemi|inviarmi|contattatemi|contattarmi|disturbatemi)(?:\s+piu)?\b|\bnon\s+mi\s+(?:scriva|scrivere|contatti|contattare|mandare|inviare)\s+piu\b`,
	`\bnon\s+voglio\s+(?:piu\s+)(?:ricevere\s+)?(?:\w+\s+)?(?:messaggi|sms|mail)|\bbasta\s+(?:messaggi|sms|mail)\b|\bniente\s+piu\s+(?:messaggi|sms)\b`,
	`\b(?:disiscriv|cancell|togli|rimuov)(?:atemi|etemi|imi|ete il mio numero|i il mio numero|ere il mio numero)\b|\blasciatemi\s+in\s+pace\b`,
	// nl
	`\b(?:stop|hou|houd|stopt)\s+(?:\w+\s+)?(?:op\s+)?met\s+(?:\w+\s+)?(?:sms|app|bericht|stur|mail|schrijv)\w*`,
	`\b(?:stuur|app|sms|mail|schrijf)\s+(?:me|mij)\s+(?:geen|niet meer|nooit meer|niets meer)\b|\b(?:geen)\s+(?:berichten|sms|smsjes|appjes)\s+meer\b`,
	`\b(?:wil|wens)\s+geen\s+(?:\w+\s+)?(?:berichten|sms|appjes|mails)\s+(?:meer|ontvangen|van jullie)|\bneem\s+geen\s+contact\b`,
	`\b(?:meld|schrijf)\s+me\s+(?:af|uit)\b|\blaat\s+(?:me|mij)\s+met\s+rust\b|\b(?:verwijder|wis)\s+mijn\s+nummer\b`,
	// pt
	`\b(?:pare|parem|para|deixe|deixem)\s+de\s+(?:me\s+)?(?:mandar|enviar|escrever|contatar|contactar|incomodar)\w*`,
	`\bnao\s+(?:me\s+)(?:mande|mandem|envie|enviem|escreva|escrevam|contate|contatem|contacte|contactem|incomode|incomodem)\b`,
	`\bnao\s+quero\s+(?:mais\s+)?receber\s+(?:mais\s+)?(?:mensage|sms|e-?mail)|\b(?:chega de|sem mais|nao mais)\s+(?:mensagens|sms)\b`,
	`\b(?:me\s+descadastr|descadastr|cancel(?:e|em|ar)\s+(?:a\s+)?(?:minha\s+)?inscri)\w*|\bme\s+deix(?:a|e|em)\s+em\s+paz\b|\b(?:apague|apaguem|remova|removam|exclua)\s+(?:o\s+)?meu\s+numero\b`,
}, "|"))

// stopsElsewhere reports whether a text in lower case is an opt-out in one of
// the other languages.
func stopsElsewhere(lower string) bool {
	if len(lower) > maxPlea {
		lower = lower[:maxPlea]
	}
	if !mayStopElsewhere(lower) {
		return false
	}
	bare := bare(lower)
	return loneStop[normal(bare)] || stopElsewhere.MatchString(bare)
}

// maxPlea bounds how much of a text is searched, in bytes.
const maxPlea = 2000

// bare is s without accents.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// mayStopElsewhere passes over nearly every text at little cost.
func mayStopElsewhere(lower string) bool {
	for _, part := range []string{
		"schreib", "schick", "nachricht", "sms", "kontaktier", "ruhe", "nummer", "abmeld", "abbestell", "austrag", "stop",
		"arr", "cesse", "messag", "texto", "écri", "ecri", "contact", "abonn", "inscri", "laissez", "envo", "recevoir", "numéro", "numero", "número",
		"escrib", "mensaj", "baja", "paz", "mand", "envi", "moleste", "suscri",
		"scriv", "mess", "disiscr", "cancella", "pace", "contatt",
		"bericht", "app", "stuur", "mail", "schrijf", "uitschr", "afmeld", "rust", "meld",
		"parar", "pare", "para", "sair", "descadastr", "mensage", "escrev", "contat",
	} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}
