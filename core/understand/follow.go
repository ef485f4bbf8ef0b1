package understand

import (
	"regexp"
	"strings"

	"wismo/core/understand/words"
)

// otherRE finds "and the other one?" in the seven languages: an order that is
// spoken of and not named.
var otherRE = regexp.MustCompile(`\b(?:other|second|2nd)\s+(?:order|one|package|parcel)\b` +
	`|\b(?:andere|zweite)[nr]?\s+(?:bestellung|paket|lieferung)\b` +
	`|\b(?:autre|deuxi[eè]me|seconde?)\s+(?:commande|colis)\b` +
	`|\b(?:otro|segundo)\s+(?:pedido|paquete)\b` +
	`|\b(?:altro|secondo)\s+(?:ordine|pacco)\b|\bl'altro\b` +
	`|\b(?:andere|tweede)\s+(?:bestelling|pakket|pakje)\b` +
	`|\b(?:outr[oa]|segund[oa])\s+(?:pedido|encomenda|pacote)\b`)

// OtherOrder reports whether a text speaks of another order than the one
// before, without its number.
func OtherOrder(text string) bool { return short(text) && otherRE.MatchString(strings.ToLower(text)) }

// hoursRE finds a question for opening hours in the seven languages.
var hoursRE = regexp.MustCompile(`\b(?:opening|business|office|store|working)\s+(?:hours|times)\b|\bwhen (?:are|do) you (?:guys )?(?:open|close)|\bwhat time do you (?:open|close)` +
	`|\b(?:öffnungszeiten|geöffnet|wann (?:habt|haben) (?:ihr|sie) (?:offen|auf))` +
	`|\b(?:horaires?|heures d'ouverture)\b|\b(?:vous êtes|êtes[- ]vous) ouverts?\b` +
	`|\b(?:horario|a qué hora (?:abren|abrís|cierran))\b` +
	`|\b(?:orari|a che ora (?:aprite|chiudete))\b` +
	`|\b(?:openingstijden|wanneer zijn jullie open)\b` +
	`|\b(?:horário de (?:funcionamento|atendimento)|que horas (?:abrem|fecham))\b`)

// AsksHours reports whether a text asks when people can be reached.
func AsksHours(text string) bool { return short(text) && hoursRE.MatchString(strings.ToLower(text)) }

// short bounds what a pattern is run over.
func short(text string) bool { return len(text) <= 2000 }

// NotHere reports whether a text is one of the words that the bot offers to
// whoever cannot find what was delivered (core/reply, delivered_next).
func NotHere(text string) bool {
	t := words.Split(text)
	said := make([]string, 0, len(t.Words))
	for i := range t.Words {
		said = append(said, t.Words[i].Text)
	}
	switch strings.Join(said, " ") {
	case "not here", "nicht da", "pas recu", "pas reçu", "no llego", "no llegó", "non arrivato", "niet hier", "nao chegou", "não chegou":
		return true
	default:
		return false
	}
}
