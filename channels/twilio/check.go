package twilio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"wismo/core/check"
	"wismo/core/fault"
	"wismo/core/message"
)

// finding names what was looked at, what is found, and how to mend it; mend is
// empty where nothing is to be done.
func finding(level check.Level, subject, problem, mend string) check.Finding {
	return check.Finding{Name: "twilio " + subject, Level: level, Detail: problem, Hint: mend}
}

// Check asks Twilio for the account and for each number and returns what it
// finds, the account first. It changes nothing.
func (a *Account) Check(ctx context.Context) []check.Finding {
	ctx, cancel := bounded(ctx)
	defer cancel()
	found, ok := a.checkAccess(ctx)
	if !ok {
		return found
	}
	for _, to := range a.wireNumbers() {
		found = append(found, a.checkNumber(ctx, to))
	}
	return found
}

// checkAccess tries the credentials, and the primary auth token besides where
// an API key makes the calls. Only the first is needed for anything further.
func (a *Account) checkAccess(ctx context.Context) ([]check.Finding, bool) {
	user, password := a.credentials()
	what, mend := "auth token", "copy the primary auth token from the console's home page"
	if a.cfg.APIKeySID != "" {
		what, mend = "API key", "create a standard API key in this account and copy its SID and secret"
	}
	first := a.checkCredentials(ctx, what, mend, user, password)
	if a.cfg.APIKeySID == "" || first.Level == check.Failed {
		return []check.Finding{first}, first.Level != check.Failed
	}
	second := a.checkCredentials(ctx, "auth token", "copy the primary auth token; webhooks are signed with it even where an API key sends",
		a.cfg.AccountSID, a.cfg.AuthTokens[0])
	return []check.Finding{first, second}, true
}

func (a *Account) checkCredentials(ctx context.Context, what, mend, user, password string) check.Finding {
	w := &wire{ctx: ctx, base: a.base, next: a.http}
	var account api.ApiV2010Account
	res, err := a.clientFor(w, user, password).SendRequest(http.MethodGet, vendorURL+a.resource(".json"), nil, nil)
	if err == nil {
		err = json.NewDecoder(res.Body).Decode(&account)
	}
	if err != nil {
		e := w.failed("twilio check", err, a.now())
		if e.Kind == fault.Denied || e.Kind == fault.NotFound {
			return finding(check.Failed, what, "Twilio refuses it for account "+a.cfg.AccountSID, mend)
		}
		return finding(check.Failed, what, "Twilio did not answer: "+e.Error(), "check the network and status.twilio.com")
	}
	if status := value(account.Status); status != "active" {
		return finding(check.Failed, "account", "the account is "+printableOr(status, "not active"), "settle it in the console")
	}
	return finding(check.OK, what, "accepted", "")
}

func (a *Account) checkNumber(ctx context.Context, to string) check.Finding {
	addr, _ := readAddress(to)
	subject := string(addr.Channel) + " " + addr.String()
	if addr.Channel == message.WhatsApp {
		return finding(
			check.Warning, subject, "a WhatsApp sender's webhook cannot be read here",
			"compare it in the console under Messaging, Senders, WhatsApp senders: "+a.MessageURL(),
		)
	}
	if addr.Phone() == "" {
		return finding(check.Warning, subject, "a short code's webhook cannot be read here", "compare it in the console: "+a.MessageURL())
	}
	var page api.ListIncomingPhoneNumberResponse
	query := url.Values{"PhoneNumber": {to}, "PageSize": {"20"}}
	if err := a.get(ctx, "twilio check", a.resource("/IncomingPhoneNumbers.json")+"?"+query.Encode(), &page); err != nil {
		return finding(check.Failed, subject, "Twilio did not tell: "+err.Error(), "try again")
	}
	i := slices.IndexFunc(page.IncomingPhoneNumbers, func(n api.ApiV2010IncomingPhoneNumber) bool { return value(n.PhoneNumber) == to })
	if i < 0 {
		return finding(check.Failed, subject, "the number is not in account "+a.cfg.AccountSID, "buy it or move it there, or correct numbers")
	}
	number, _ := a.numberAt(addr)
	return a.checkWebhook(subject, number, page.IncomingPhoneNumbers[i])
}

// checkWebhook compares the address that messages to a number are sent to.
func (a *Account) checkWebhook(subject string, number Number, n api.ApiV2010IncomingPhoneNumber) check.Finding {
	set, _, _ := strings.Cut(value(n.SmsUrl), "#")
	set, _, _ = strings.Cut(set, "?")
	ours := a.MessageURL()
	mend := "set the number's messaging webhook to " + ours + " (POST)"
	switch {
	case n.Capabilities != nil && !n.Capabilities.Sms:
		return finding(check.Failed, subject, "the number cannot send or receive SMS", "use one that can")
	case set == ours && !strings.EqualFold(value(n.SmsMethod), http.MethodPost):
		return finding(check.Failed, subject, "its webhook is called by "+printableOr(value(n.SmsMethod), "another method"), mend)
	case set == ours && value(n.SmsApplicationSid) == "":
		return finding(check.OK, subject, "in this account, webhook set", "")
	case number.MessagingServiceSID != "":
		return finding(
			check.Warning, subject, "its webhook differs from ours; the Messaging Service may set its own",
			"in the service's integration settings, defer to the sender's webhook or send to "+ours,
		)
	case value(n.SmsApplicationSid) != "":
		return finding(check.Failed, subject, "a TwiML app overrides its webhook", "remove the app from the number, and "+mend)
	default:
		return finding(check.Failed, subject, "its webhook is not ours", mend)
	}
}

func printableOr(s, otherwise string) string {
	if printable(s) {
		return s
	}
	return otherwise
}
