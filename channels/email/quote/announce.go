package quote

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Clients announce a quoted mail in three ways: with a line that says who wrote when
// ("On … Ana wrote:"), with that mail's header, and with a line that calls it the
// original message. The words are those of the clients' own translations.

// wroteWords are how clients say "wrote".
const wroteWords = `wrote|writes|sent|schrieb|schrieben|geschrieben|schreef|geschreven|a écrit|écrit|escribió|escribio|ha scritto|scritto|escreveu|` +
	`skrev|skreiv|napisał|napisała|napisał\(a\)|napisal|napsal|napsala|napísal|написал|написала|написав|написала|пишет|kirjoitti|írta|yazdı|şunu yazdı|` +
	`a scris|έγραψε|写道|写到|寫道|のメッセージ|書きました|작성|đã viết|menulis|כתב|כתבה|كتب`

var (
	wroteRE = regexp.MustCompile(`(?i)(?:^|[\s"<>,;:)])(?:` + wroteWords + `)(?:[\s:：,.\-–—]|$)`)
	// wroteLastRE: but for a name, nothing stands after.
	wroteLastRE = regexp.MustCompile(`(?i)(?:^|[\s">,)\]])(?:(?:` + wroteWords + `)(?:\s+(?:the )?following|\s+het volgende)?|het volgende geschreven|folgendes geschrieben)\s*[-–—]*\s*[:：]?\s*[-–—]*\s*$`)
	colonRE     = regexp.MustCompile(`[:：]\s*[-–—]*\s*$`)
	// bracketedRE is an address as programs write it.
	bracketedRE = regexp.MustCompile(`[<(\[]\s*(?:mailto:)?[^\s<>()]+@[^\s<>()]+\s*[>)\]]`)
	mailRE      = regexp.MustCompile(`[^\s<>()"',;:&]+@[^\s<>()"',;:&]+`)
	yearRE      = regexp.MustCompile(`(?:^|[^\d])(?:(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2})(?:[^\d]|$)`)
	timeRE      = regexp.MustCompile(`(?:^|[^\d])\d{1,2}[:.h]\d\d(?:[^\d]|$)`)
	// openerRE is how such a line begins.
	openerRE = regexp.MustCompile(`^\s*[-–—*_]*\s*(?:(?:On|At|Am|Le|El|Il|Il giorno|Em|No dia|Op|Den|Dne|Dňa|På|W dniu|Dnia|La|Pe|În|Στις|Vào|Pada|Den|Ha|Il|Sent from|A|Em|În data|Tarihinde|Dana)\s|在|於|` +
		`\d{1,4}\s?[./\-年]\s?\d{1,2}|\d{1,2}\.?\s+\p{L}{3,12}\.?,?\s+\d{4}|\p{L}{2,12}\.?,?\s+(?:den\s+)?\d{1,2}[.,]?\s+(?:de\s+)?\p{L}{3,12}|` +
		`\p{L}{2,9},?\s+\p{L}{3,9}\s+\d{1,2},)`)
	// senderRE is a line that begins with a name and its address.
	senderRE = regexp.MustCompile(`^\s*"?[^\s<>"@][^<>"@]{0,60}"?\s*<(?:mailto:)?[^\s<>]+@[^\s<>]+>`)
	// startsWithDateRE is for lines that name no verb.
	startsWithDateRE = regexp.MustCompile(`^\s*(?:\d{1,4}\s?[./\-年]\s?\d{1,2}|\d{1,2}\.?\s+\p{L}{3,12}|\p{L}{2,12}\.?,?\s+\d{1,2}[.,]?\s+\p{L}{3,12})`)
	// insideRE finds an announcement at the end of a line that begins with something
	// else: some clients leave the line's end out.
	insideRE = regexp.MustCompile(`^(.*?\S)(?:\s*-{2,}\s*|\s+)(On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, .{6,120}\s(?:wrote|sent):)$`)
	// pipedRE is a line that is quoted with a bar.
	pipedRE = regexp.MustCompile(`^\s*\|\s`)
)

// maxAttribution bounds an announcement, in lines and in runes.
const maxAttributionLines, maxAttribution = 6, 400

// broken breaks a line in two where an announcement begins within it.
func broken(l line) (before, from line) {
	if l.bar > 0 || l.code || len(l.text) > 1000 || !strings.HasSuffix(l.text, "wrote:") && !strings.HasSuffix(l.text, "sent:") {
		return line{}, l
	}
	m := insideRE.FindStringSubmatch(l.text)
	if m == nil || openerRE.MatchString(m[1]) {
		return line{}, l
	}
	return line{text: m[1], raw: m[1]}, line{text: m[2], raw: m[2]}
}

// attribution returns over how many lines the announcement at the first of them
// reaches, 0 if there is none. It is sure if it can be nothing else, even where what
// follows is not marked as quoted.
func attribution(lines []line) (n int, sure bool) {
	first := lines[0].text
	if len(first) > maxAttribution || !opens(first) && !yearRE.MatchString(first) && !timeRE.MatchString(first) {
		return 0, false
	}
	text := ""
	for n < min(len(lines), maxAttributionLines) {
		l := lines[n]
		// A bracket that closes on the next line looks like a quote mark.
		open := strings.Count(text, "<") > strings.Count(text, ">")
		closes := open && strings.HasPrefix(l.raw, ">")
		if l.bar != lines[0].bar && !closes || l.code {
			return 0, false
		}
		if n > 0 && (l.blank() && (!yearRE.MatchString(text) || !opens(first)) || opens(l.text) && !open) {
			return 0, false
		}
		n++
		if l.blank() {
			continue
		}
		text = strings.TrimSpace(text + " " + strings.TrimSpace(l.words(closes)))
		if utf8.RuneCountInString(text) > maxAttribution {
			return 0, false
		}
		barred := n < len(lines) && (lines[n].bar > lines[0].bar || pipedRE.MatchString(nextText(lines[n:])))
		if yes, sure := announces(text, barred); yes {
			return n, sure
		}
	}
	return 0, false
}

// opens reports whether a line begins as announcements do.
func opens(s string) bool { return openerRE.MatchString(s) || senderRE.MatchString(s) }

// words are a line's text, or all of it.
func (l line) words(all bool) string {
	if all {
		return l.raw
	}
	return l.text
}

// nextText is the first text among lines.
func nextText(lines []line) string {
	for _, l := range lines {
		if !l.blank() {
			return l.text
		}
	}
	return ""
}

// announces reports whether a text says who wrote when.
func announces(text string, barred bool) (yes, sure bool) {
	address, year, time := mailRE.MatchString(text), yearRE.MatchString(text), timeRE.MatchString(text)
	switch {
	case bracketedRE.MatchString(text) && year && time && colonRE.MatchString(text):
		return true, true
	case wroteLastRE.MatchString(text) && (address || year || time):
		return true, address || year && time
	case year && (address || time) && colonRE.MatchString(text) && wroteRE.MatchString(text):
		return true, true
	case address && year && time && colonRE.MatchString(text) && barred:
		return true, false
	case address && (year || time) && startsWithDateRE.MatchString(text):
		return colonRE.MatchString(text) || barred, colonRE.MatchString(text)
	}
	return false, false
}

// fields are the header fields as clients name them in a quoted mail's head, by kind:
// from, sent, to, subject, and others.
var fields = [...]string{
	`From|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|От|Від|Kimden|Από|Feladó|De la|发件人|寄件者|差出人|보낸 사람`,
	`Sent|Date|Sent on|Gesendet|Gesendet am|Datum|Envoyé|Envoyé le|Date d'envoi|Enviado|Enviado el|Enviada em|Fecha|Data|Inviato|Verzonden|Verzonden op|Skickat|Sendt|Dato|Lähetetty|Päivämäärä|Wysłano|Wysłane|Odesláno|Отправлено|Дата|Gönderildi|Tarih|Ημερομηνία|Elküldve|Dátum|发送时间|日期|送信日時|日付|보낸 날짜`,
	`To|An|À|A|Para|Aan|Till|Til|Vastaanottaja|Do|Komu|Кому|Kime|Προς|Címzett|收件人|宛先|받는 사람`,
	`Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Aihe|Temat|Předmět|Predmet|Тема|Konu|Θέμα|Tárgy|Subiect|主题|主旨|件名|제목`,
	`Cc|CC|Bcc|Kopie|Copie|Reply-To|Antwort an|Importance|Priority|Wichtigkeit|Message-ID|Kopia|Копия|Mailed-By|Signed-By`,
}

// kindOfField is a field's kind by its name in small letters.
var kindOfField = func() map[string]int {
	kinds := map[string]int{}
	for k, names := range fields {
		for name := range strings.SplitSeq(names, "|") {
			kinds[strings.ToLower(name)] = k
		}
	}
	return kinds
}()

var (
	originalRE = regexp.MustCompile(`(?i)^\s*[-_=–—*]{2,}\s*(?:original[- ]?(?:message|e?-?mail|nachricht)|ursprüngliche (?:nachricht|e-?mail)|urspr\. nachricht|message (?:d'origine|d’origine|original|initial)|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)|opprinnelig melding|original ?meddelande|ursprungligt meddelande|alkuperäinen viesti|původní (?:zpráva|e-?mail)|pôvodná správa|oryginalna wiadomość|wiadomość oryginalna|исходное сообщение|вихідне повідомлення|orijinal (?:mesaj|ileti)|eredeti üzenet|mesaj original|αρχικό μήνυμα|原始邮件|原始郵件|元のメッセージ|원본 메시지|reply message|antwort an|quoted message)\s*[-_=–—*]{2,}\s*$`)
	forwardRE  = regexp.MustCompile(`(?i)^\s*(?:[-_=]{2,}\s*(?:forwarded (?:message|mail|by .{0,60})|weitergeleitete (?:nachricht|e-?mail)|message (?:transféré|transmis|réexpédié)|mensaje reenviado|messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|vidarebefordrat meddelande|videresendt (?:besked|melding)|wiadomość przekazana|пересылаемое сообщение|пересланное сообщение)\s*[-_=]{2,}|begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht|início da mensagem (?:encaminhada|reencaminhada))\s*:?\s*$`)
	// replyAboveRE is a help desk's mark.
	replyAboveRE = regexp.MustCompile(`(?i)(?:reply|respond|type|antwort\w*|répond\w*|respond\w*|rispond\w*|antwoord\w*|escreva).{0,40}(?:above|oberhalb|über|au-dessus|encima|sopra|boven|acima).{0,16}(?:line|zeile|linie|ligne|línea|linea|riga|regel|lijn|linha)`)
	ruleRE       = regexp.MustCompile(`^\s*(?:_{5,}|-{5,}|={5,}|—{3,})\s*$`)
)

// headerBlock returns over how many lines the header of a quoted mail reaches, 0 if
// none begins at the first of them. Under a rule less is taken for one.
func headerBlock(lines []line, ruled bool) int {
	const longest = 14
	var seen [5]bool
	n, kinds, address, since := 0, 0, false, 0
	for i, l := range lines[:min(len(lines), longest)] {
		if l.bar != lines[0].bar || since > 2 || l.blank() && (i+1 == len(lines) || lines[i+1].blank()) {
			break
		}
		k, value := fieldOf(l.text)
		if k < 0 && i > 0 && lines[i-1].blank() {
			break
		}
		if k < 0 {
			if i == 0 {
				return 0
			}
			since++ // a value goes on
			address = address || n == i && mailRE.MatchString(l.text)
			continue
		}
		if !seen[k] && k < 4 {
			kinds++
		}
		seen[k], since, n = true, 0, i+1
		address = address || mailRE.MatchString(value)
	}
	if kinds >= 2 && address || kinds >= 3 && (seen[3] || ruled) {
		return n
	}
	return 0
}

func fieldOf(text string) (kind int, value string) {
	at := strings.IndexAny(text, ":：")
	if at < 0 || at > 60 {
		return -1, ""
	}
	name := strings.ToLower(strings.Trim(text[:at], " \t*_>"))
	kind, ok := kindOfField[name]
	if !ok {
		return -1, ""
	}
	return kind, strings.Trim(strings.TrimLeft(text[at:], ":："), " \t*_")
}

// passesOn reports whether a line begins a mail that is passed on.
func passesOn(text string) bool {
	t := strings.TrimSpace(text)
	return len(t) < 200 && (strings.HasSuffix(t, ":") || strings.ContainsAny(t[:min(1, len(t))], "-_=")) && forwardRE.MatchString(t)
}

// dividing reports whether a line calls what follows an earlier mail.
func dividing(text string) bool {
	t := strings.TrimSpace(text)
	if len(t) == 0 || len(t) > 200 {
		return false
	}
	if first, _ := utf8.DecodeRuneInString(t); strings.ContainsRune("-_=–—*", first) && originalRE.MatchString(t) {
		return true
	}
	low := strings.ToLower(t)
	return slices.ContainsFunc(aboveWords, func(w string) bool { return strings.Contains(low, w) }) && replyAboveRE.MatchString(t)
}

// aboveWords are how help desks say above.
var aboveWords = []string{"above", "oberhalb", "über", "au-dessus", "encima", "sopra", "boven", "acima"}
