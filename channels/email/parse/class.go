package parse

import (
	"regexp"
	"slices"
	"strings"
)

// classify tells who wrote a mail, and by what that is known. What is surest comes
// first.
func classify(h header, m *Mail, b *body, o Options) (Class, string) {
	for _, rule := range []func(header, *Mail, *body, Options) (Class, string){ours, reported, bounced, automatic, toMany} {
		if c, why := rule(h, m, b, o); c != "" {
			return c, why
		}
	}
	return Person, ""
}

func ours(_ header, m *Mail, _ *body, o Options) (Class, string) {
	switch {
	case m.From != "" && slices.Contains(o.Ours, m.From):
		return Self, "from one of our own addresses"
	case o.OurID != nil && m.MessageID != "" && o.OurID(m.MessageID):
		return Self, "a mail of ours came back"
	case o.OurID != nil && onlyOurs(m.References, o.OurID):
		return AutoReply, "a thread to which only we add mails"
	}
	return "", ""
}

// onlyOurs reports whether a thread has several mails of ours and none of anybody
// else: people's programs add their own.
func onlyOurs(refs []string, ourID func(string) bool) bool {
	for _, ref := range refs {
		if !ourID(ref) {
			return false
		}
	}
	return len(refs) >= 3
}

// reported: RFC 5965.
func reported(h header, m *Mail, b *body, _ Options) (Class, string) {
	_, params := typeOf(h)
	switch {
	case strings.EqualFold(params["report-type"], "feedback-report"), b.kinds["message/feedback-report"]:
		return Report, "an abuse report (RFC 5965)"
	case abuseFromRE.MatchString(m.From) && abuseSubjectRE.MatchString(m.Subject):
		return Report, "an abuse report"
	case h.has("X-Complaint-Type"), h.has("X-Hmxmroriginalrecipient"), h.has("X-HmXmrOriginalRecipient"):
		return Report, "an abuse report of a provider"
	}
	return "", ""
}

var (
	abuseFromRE    = regexp.MustCompile(`(?i)^(?:abuse|complaints?|fbl|feedback\w*|scomp|staff|spam\w*|arf\w*)[@+-]`)
	abuseSubjectRE = regexp.MustCompile(`(?i)abuse report|complaint|spam report|feedback|email feedback report|client tos notification`)
)

// bounced: RFC 3464, and what servers write that do not keep to it.
func bounced(h header, m *Mail, b *body, _ Options) (Class, string) {
	_, params := typeOf(h)
	local, _, _ := strings.Cut(m.From, "@")
	report := strings.ToLower(params["report-type"])
	null := emptyPathRE.MatchString(h.get("Return-Path"))
	daemon := daemonRE.MatchString(local) || daemonNameRE.MatchString(m.FromName) || daemonRawRE.MatchString(h.get("From"))
	subject := (null || m.From == "" || !m.Answers) && bounceSubjectRE.MatchString(m.Subject)
	switch {
	case report == "disposition-notification" || b.kinds["message/disposition-notification"]:
		return AutoReply, "a receipt (RFC 8098)"
	case report == "delivery-status" || len(b.reports) > 0:
		return Bounce, "a delivery report (RFC 3464)"
	case h.has("X-Failed-Recipients"):
		return Bounce, "X-Failed-Recipients"
	case daemon:
		return Bounce, "from a mail server"
	case strings.HasPrefix(strings.ToLower(h.get("Content-Type")), "multipart/report"):
		return Bounce, "a report of a mail server"
	case subject && (null || !m.Answers && serverTextRE.MatchString(b.plain)):
		return Bounce, "subject and text of a bounce"
	case m.From == "" && (null || subject || serverTextRE.MatchString(b.plain)):
		return Bounce, "the text of a bounce from nobody"
	case !m.Answers && len(b.about) > 0 && serverTextRE.MatchString(b.plain):
		return Bounce, "the text of a bounce"
	}
	return "", ""
}

var (
	emptyPathRE     = regexp.MustCompile(`^\s*<\s*>`)
	daemonRE        = regexp.MustCompile(`(?i)^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail\.?delivery.*|.*-?mailer-daemon|bounces?|mailbounce|delivery-?status|microsoftexchange[0-9a-f]+|double-bounce|mmsc?-?daemon|mmailer-daemon|post_?master|.*[-_.]postmaster|symantec_antivirus.*|mail(?:er)?robot)$`)
	daemonNameRE    = regexp.MustCompile(`(?i)^(?:mail delivery (?:subsystem|system|service)|mail administrator|mail ?system|mail router|mailer[- ]daemon|postmaster|internet mail delivery|system administrator|systemadministrator|administrateur système|administrador del sistema|amministratore sistema|undeliverable.*)`)
	daemonRawRE     = regexp.MustCompile(`(?i)mailer-daemon|(?:^|[<"\s])postmaster[>"@\s]`)
	bounceSubjectRE = regexp.MustCompile(`(?i)undeliver|undelivered|not delivered|could ?n[o']t be delivered|delivery (?:status|failure|failed|error|problem|delayed|report|has failed|notification)|deliver(?:y|ing) (?:of )?(?:your )?(?:mail|message)|failure (?:notice|delivery)|failed (?:mail|delivery|to deliver)|mail (?:failure|delivery|error|could not|not delivered|system error)|returned (?:mail|to sender|message)|return(?:ing)? (?:mail|message|to sender)|non[- ]?(?:delivery|deliverable|remis)|unzustellbar|nicht zustellbar|unzustellbare|zustellung|échec|non remis|no se ha podido entregar|error de entrega|devuelt|mancato recapito|impossibile recapitare|onbestelbaar|niet bezorgd|não entregue|falha na entrega|warning: (?:could not send|message)|message (?:you sent|delayed|status|not delivered)|mail (?:was )?(?:rejected|blocked)|rejected mail|user unknown|problem delivering|bounce|there was an error sending your mail|we could not deliver|メール.*(?:エラー|送信)|недоставлен|не доставлен`)
	// serverTextRE is what servers write of a mail and customers do not of a parcel,
	// which "could not be delivered" as well.
	serverTextRE = regexp.MustCompile(`(?i)\b[45]\.\d\.\d{1,3}\b|\b[45]\d\d[ -](?:\w|<)|user unknown|unknown user|permanent (?:fatal )?error|mailer-daemon|transcript of session|recipient address rejected|unrouteable|(?:over|exceeded) (?:the )?(?:disk )?quota|mailbox (?:is )?(?:full|unavailable)|no such (?:user|mailbox|recipient)|(?:^|\n)(?:final-recipient|reporting-mta|diagnostic-code|status):|(?:following|one or more) (?:e-?mail )?(?:address|recipient|destination)e?s?|mail ?server|smtp|メール|宛先`)
)

// automatic: RFC 3834, and what programs write that do not keep to it.
func automatic(h header, m *Mail, _ *body, _ Options) (Class, string) {
	local, _, _ := strings.Cut(m.From, "@")
	submitted, _, _ := strings.Cut(strings.ToLower(h.get("Auto-Submitted")), ";")
	switch submitted = strings.TrimSpace(submitted); {
	case submitted != "" && submitted != "no" && submitted != "auto-forwarded": // a rule has sent a person's mail on
		return AutoReply, "Auto-Submitted (RFC 3834)"
	case h.has("X-Autoreply") || h.has("X-Autorespond") || h.has("X-Autogenerated") || h.has("X-Auto-Reply") || h.has("X-Mail-Autoreply"):
		return AutoReply, "a header field of an automatic reply"
	case strings.EqualFold(h.get("Precedence"), "auto_reply") || strings.EqualFold(h.get("X-Precedence"), "auto_reply"):
		return AutoReply, "Precedence"
	case strings.Contains(strings.ToLower(h.get("X-Auto-Response-Suppress")), "all") && emptyPathRE.MatchString(h.get("Return-Path")):
		return AutoReply, "X-Auto-Response-Suppress"
	case autoSubjectRE.MatchString(h.text("Subject")):
		return AutoReply, "subject of an automatic reply"
	case noReplyRE.MatchString(local):
		return AutoReply, "from an address that takes no replies"
	case emptyPathRE.MatchString(h.get("Return-Path")):
		return AutoReply, "an empty return path"
	}
	return "", ""
}

var (
	noReplyRE = regexp.MustCompile(`(?i)^(?:.*[-_.+])?(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|donotreply|nicht-?antworten|ne-?pas-?repondre|no-?responder|non-?rispondere|nao-?responda|auto-?reply|auto-?respond(?:er)?|auto-?confirm|notifications?|newsletters?)(?:[-_.+].*)?$`)
	// autoSubjectRE: words of absence alone are not enough, customers are away, too.
	autoSubjectRE = regexp.MustCompile(`(?i)^\s*(?:\[?auto(?:matic|mated)?[- ]?(?:reply|response|generated|matic reply)\]?\b|autoreply|automatic reply|automated response|auto[- ]?responder|out of (?:the )?office|ooo:|vacation (?:reply|message|responder)|away from (?:my|the) (?:mail|desk|office)|automatische (?:antwort|rückantwort|abwesenheit\w*)|abwesenheits\w+|réponse automatique|absence du bureau|message d'absence|respuesta automática|fuera de la oficina|risposta automatica|fuori ufficio|automatisch (?:antwoord|bericht)|afwezigheids\w+|resposta automática|fora do escritório|autosvar|automatisk svar|automaattinen vastaus|odpowiedź automatyczna|automatická odpověď|автоответ|自动回复|自動返信)`)
)

// toMany: lists and bulk mail.
func toMany(h header, _ *Mail, _ *body, _ Options) (Class, string) {
	for _, key := range []string{"List-Id", "List-Unsubscribe", "List-Post", "Mailing-List", "X-Mailing-List", "X-Mailman-Version", "X-Listserver", "X-Loop", "X-Mailinglist"} {
		if h.has(key) {
			return List, key
		}
	}
	switch p := strings.ToLower(strings.TrimSpace(h.get("Precedence"))); p {
	case "bulk", "list", "junk":
		return List, "Precedence: " + p
	}
	if h.has("X-Campaign") || h.has("X-Campaign-Id") || h.has("X-Mailchimp-Campaign-Id") || h.has("X-Csa-Complaints") {
		return List, "a campaign's header field"
	}
	return "", ""
}
