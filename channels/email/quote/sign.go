package quote

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const devices = `iphone|ipad|ipod|android|outlook|samsung|galaxy|mobil\w*|móvil|handy|smartphone|smartfon\w*|telefoon|telefon\w*|téléphone|telefono|teléfono|telemóvel|tablet|mail|e-?mail|mailbox|yahoo!?|gmail|gmx|web\.de|t-online|aol|icloud|blackberry|windows|huawei|honor|xiaomi|redmi|oppo|nokia|htc|sony|xperia|motorola|pixel|oneplus|fairphone|sparrow|spark|protonmail|proton|acompli|airmail|thunderbird|superhuman|canary|hey|bluemail|k-9|polymail|fastmail|zoho|libero|orange|laposte|free|my|mein\w*|mon|ma|mi|mio|mia|mijn|meu|minha|min|mitt|mojego|моего|моєї`

var (
	// Clients write whose doing a mail is.
	taglineRE = regexp.MustCompile(`(?i)^[\s*_\-–—]*(?:` +
		`(?:sent|envoyée?|enviad[oa]|inviat[oa]|gesendet|verzonden|verstuurd|skickat|sendt|wysłan[oe]|odesláno|отправлено|lähetetty|poslano)\s(?:.{0,40}\s)?(?:` + devices + `)(?:[^\p{L}].{0,50})?` +
		`|(?:get|download|holen sie sich|hol dir|obtenez|télécharge[rz]|obtener|obtén|descarga|ottieni|scarica|obter|obtenha|baixe?) (?:o )?(?:outlook|bluemail|yahoo mail|spark|gmail)\b.{0,60}` +
		`|outlook (?:für|pour|para|per|voor|for) (?:ios|android).{0,30}` +
		`|(?:von|aus) mein(?:em|er) .{2,40} gesendet` +
		`|diese (?:nachricht|e-?mail) wurde (?:von|mit|über) .{2,60} gesendet` +
		`|via mobile|sent via .{2,40}|(?:yahoo|aol) mail\s*[:\-–].{0,60}|.{1,12}から送信|发自我的.{0,20}|從我的.{0,20}|.{1,20}'?(?:den|dan) gönderildi)[.!]?\s*$`)
	linkRE = regexp.MustCompile(`\s*[<\[(](?:https?:|mailto:)[^>\])]*[>\])]`)
	// A line that ends what was written (RFC 3676, 4.3), and the like.
	dashesRE  = regexp.MustCompile(`^\s*(?:--|—{2,}|–{2,})\s*$`)
	closingRE = regexp.MustCompile(`(?i)^\W*(?:(?:with |my )?(?:best|kind|kindest|warm|warmest|many) (?:regards|wishes|thanks)|regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|respectfully|cheers|thanks(?: again| so much| a lot| in advance)?|thank you(?: very much| so much)?|thx|best|all the best|take care|` +
		`mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|freundliche|schöne|herzliche) gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|lg|mfg|vg|danke(?: im voraus)?|` +
		`(?:bien )?cordialement|bien à (?:vous|toi)|sincères salutations|salutations|merci(?: d'avance)?|bonne journée|` +
		`(?:un |muchos )?saludos?(?: cordial(?:es)?)?|atentamente|gracias|un abrazo|` +
		`(?:cordiali |distinti )?saluti|grazie(?: mille)?|un saluto|` +
		`(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|mvg|groet(?:en|jes)?|(?:alvast )?bedankt|` +
		`atenciosamente|(?:com os melhores )?cumprimentos|obrigad[oa]|abraços?|att)(?:\s*[/|]\s*[\p{L} ]{2,20})?[\s,.!]*$`)
	// A name with a dash before it, as some sign.
	dashNameRE   = regexp.MustCompile(`^\s*[-–—~]\s?\p{Lu}[\p{L}'-]{0,20}\.?$`)
	disclaimerRE = regexp.MustCompile(`(?i)^\W*(?:this (?:e-?mail|message|communication|transmission)\b|the information (?:contained )?in this|the contents? of this|confidential|disclaimer|important notice|notice:|if you (?:are not|have received) (?:the|this)|diese (?:e-?mail|nachricht)|der inhalt dieser|vertraulich|ce (?:message|courriel|mail|courrier)|les informations contenues|este (?:mensaje|correo|e-?mail)|la información contenida|questo messaggio|questa (?:e-?mail|comunicazione)|le informazioni contenute|dit (?:bericht|e-?mail)|deze (?:e-?mail|boodschap)|de informatie in|esta mensagem|este e-?mail|as informações contidas|virus-free|virenfrei|please consider|bitte (?:denken|prüfen) sie|pensez à|antes de imprimir|prima di stampare)`)
	disclaimsRE  = regexp.MustCompile(`(?i)confiden|vertraulich|vertrouwelijk|riservat|privileg|intended (?:only|solely|recipient|for)|recipient|empfänger|destinata[ir]|destinatário|geadresseerde|bestemd|virus|before printing|the environment|umwelt|ausdruck|l'environnement|imprim|stampare|milieu`)
	askRE        = regexp.MustCompile(`(?i)[?#]|\border\b|bestell|commande|pedido|ordine|encomenda|paket|parcel|track`)
	contactRE    = regexp.MustCompile(`^\W*(?:\S+@\S+|[+()\d][\d\s()./+-]{5,})\W*$`)
	webRE        = regexp.MustCompile(`(?i)(?:https?://|www\.)\S+`)
)

// taglineWords are those with which such lines begin, in small letters.
var taglineWords = strings.Fields(`sent envoyé envoyée enviado enviada inviato inviata gesendet verzonden verstuurd skickat sendt wysłane wysłano odesláno отправлено lähetetty poslano
	get download holen hol obtenez téléchargez télécharger obtener obtén descarga ottieni scarica obter obtenha baixe baix outlook von aus diese via yahoo aol`)

// mayBeTagline is a quick look: most lines are none.
func mayBeTagline(s string) bool {
	if strings.Contains(s, "送信") || strings.Contains(s, "发自") || strings.Contains(s, "從我") || strings.Contains(s, "gönderildi") {
		return true
	}
	first, _, _ := strings.Cut(strings.TrimLeft(strings.ToLower(s), " \t*_-–—"), " ")
	return slices.Contains(taglineWords, strings.TrimRight(first, "!:"))
}

// tagline reports whether a line is what a client adds of its own.
func tagline(s string) bool {
	if !mayBeTagline(s) {
		return false
	}
	s = linkRE.ReplaceAllString(s, "")
	return utf8.RuneCountInString(s) <= 90 && taglineRE.MatchString(s) && !strings.ContainsAny(s, "?")
}

// sign finds the signatures among the own lines. One needs something above it.
func (s *splitter) sign() {
	above := false
	for i, l := range s.lines {
		switch {
		case s.roles[i] != own || l.blank() || l.code:
			continue
		case l.signed:
			s.roles[i] = signature
			continue
		case above && dashesRE.MatchString(l.text) && s.fewFollow(i):
			s.signFrom(i)
			return
		case above && (s.disclaimerAt(i) || s.cardAt(i)):
			s.signFrom(i)
			return
		case tagline(l.text):
			s.taglineAt(i, above)
			if above {
				return
			}
			continue
		}
		above = true
	}
}

// signFrom makes all own lines from i on a signature.
func (s *splitter) signFrom(i int) {
	for ; i < len(s.lines); i++ {
		if s.roles[i] == own {
			s.roles[i] = signature
		}
	}
}

// taglineAt makes a client's line a signature, with the name above it. What stands
// under it with nothing between is an earlier mail that the client did not mark:
// nobody gets to write there.
func (s *splitter) taglineAt(i int, above bool) {
	s.roles[i] = signature
	if !above {
		return
	}
	first := i
	for first > 0 && s.roles[first-1] == own && s.lines[first-1].blank() {
		first--
	}
	switch {
	case first > 0 && dashNameRE.MatchString(s.lines[first-1].text):
		s.roles[first-1] = signature
	case first == i && i > 1 && s.lines[i-2].blank() && name(s.lines[i-1].text):
		s.roles[i-1] = signature
	}
	for j := i + 1; j < len(s.lines); j++ {
		if s.roles[j] != own {
			continue
		}
		switch l := s.lines[j]; {
		case l.signed || tagline(l.text):
			s.roles[j] = signature
		default:
			s.roles[j] = quoted
		}
	}
}

// fewFollow reports whether what follows is short enough for a signature.
func (s *splitter) fewFollow(i int) bool {
	n := 0
	for j := i + 1; j < len(s.lines) && n <= 15; j++ {
		if s.roles[j] == own && !s.lines[j].blank() {
			n++
		}
	}
	return n <= 15
}

func (s *splitter) disclaimerAt(i int) bool {
	if i > 0 && !s.lines[i-1].blank() || !disclaimerRE.MatchString(s.lines[i].text) {
		return false
	}
	var b strings.Builder
	for j := i; j < len(s.lines) && !s.lines[j].blank() && s.roles[j] == own; j++ {
		b.WriteString(s.lines[j].text + " ")
	}
	return len(strings.Fields(b.String())) >= 8 && disclaimsRE.MatchString(b.String())
}

// cardAt reports whether the own lines from i to the end are a visiting card: a
// closing or nothing, a name, and more of a person than where to reach them; what
// asks for something is none.
func (s *splitter) cardAt(i int) bool {
	if i > 0 && !s.lines[i-1].blank() {
		return false
	}
	var rest []string
	for j := i; j < len(s.lines); j++ {
		if s.roles[j] == own && dashesRE.MatchString(s.lines[j].text) {
			break
		}
		if s.roles[j] != own || s.lines[j].blank() {
			continue
		}
		t := strings.TrimSpace(s.lines[j].text)
		if utf8.RuneCountInString(t) > 70 || askRE.MatchString(t) || len(rest) > 9 {
			return false
		}
		rest = append(rest, t)
	}
	closed := len(rest) > 0 && closingRE.MatchString(rest[0])
	if closed {
		rest = rest[1:]
	}
	if len(rest) < 2 || !name(rest[0]) {
		return false
	}
	contacts, other, web := 0, 0, 0
	for _, t := range rest[1:] {
		switch {
		case webRE.MatchString(t):
			web++
		case contactRE.MatchString(t):
			contacts++
		default:
			other++
		}
	}
	return closed && other+web > 0 || web > 0 && contacts > 0
}

// name reports whether a line may be a person's name.
func name(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 || len(words) > 4 {
		return false
	}
	for _, w := range words {
		if first, _ := utf8.DecodeRuneInString(w); !unicode.IsUpper(first) {
			return false
		}
	}
	return !strings.ContainsAny(s, "0123456789@?!:")
}
