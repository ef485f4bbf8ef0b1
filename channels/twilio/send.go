package twilio

import (
	"context"
	"time"
	"unicode/utf8"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"wismo/core/fault"
	"wismo/core/message"
)

// maxBody is the most characters that Twilio takes in one message (21617).
const maxBody = 1600

// Send implements message.Sender. It makes one request and never repeats it.
func (a *Account) Send(ctx context.Context, out message.Outbound) (message.Receipt, error) {
	const op = "twilio send"
	number, err := a.numberOf(op, out)
	if err != nil {
		return message.Receipt{}, err
	}
	if err := checkText(op, out.Text); err != nil {
		return message.Receipt{}, err
	}
	if ctx.Err() != nil {
		return message.Receipt{}, fault.New(fault.Unavailable, op, "%w", plainCause(ctx, ctx.Err()))
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	w, c := a.call(ctx)
	m, errSend := api.NewApiServiceWithClient(c).CreateMessage(a.createParams(number, out))
	if errSend != nil {
		return message.Receipt{}, w.failed(op, errSend, a.now())
	}
	r, ok := receipt(*m)
	if !ok {
		e := fault.New(fault.Unavailable, op, "the answer (HTTP %d) names no message", w.status)
		e.Unclear = true
		return message.Receipt{}, e
	}
	return r, nil
}

// numberOf returns the number that out is to be sent from.
func (a *Account) numberOf(op string, out message.Outbound) (Number, error) {
	number, ok := a.numberAt(message.Address{Channel: out.Channel, Value: out.From.Value})
	switch {
	case out.Account != "" && !a.ours(out.Account):
		return Number{}, fault.New(fault.Invalid, op, "the message belongs to another account")
	case out.To.Value == "" || out.To.Channel != out.Channel:
		return Number{}, fault.New(fault.Invalid, op, "the recipient is not on channel %s", out.Channel)
	case !ok || out.Shop != "" && out.Shop != number.Shop:
		e := fault.New(fault.Denied, op, "the sending number is not configured for this shop")
		e.Hint = "add it under numbers"
		return Number{}, e
	default:
		return number, nil
	}
}

func checkText(op, text string) error {
	if text == "" {
		return fault.New(fault.Invalid, op, "the text is empty")
	}
	if n := utf8.RuneCountInString(text); n > maxBody {
		e := fault.New(fault.Invalid, op, "the text has %d characters, %d are allowed", n, maxBody)
		e.Reason = fault.TooLong
		return e
	}
	return nil
}

func (a *Account) createParams(number Number, out message.Outbound) *api.CreateMessageParams {
	p := (&api.CreateMessageParams{}).
		SetTo(wireAddress(out.To)).
		SetBody(out.Text).
		SetStatusCallback(a.StatusURL())
	if number.MessagingServiceSID != "" {
		return p.SetMessagingServiceSid(number.MessagingServiceSID)
	}
	return p.SetFrom(wireAddress(number.address()))
}

// receipt reads Twilio's record of an outbound message; ok is false if it has
// no id. A message that Twilio has is Sent, whatever it still has to do.
func receipt(m api.ApiV2010Message) (r message.Receipt, ok bool) {
	status, known := readStatus(value(m.Status))
	if !known || status == message.Sending {
		status = message.Sent
	}
	r = message.Receipt{ProviderID: value(m.Sid), Status: status, At: readTime(m.DateCreated)}
	return r, r.ProviderID != ""
}

// readTime reads an RFC 2822 time, zero if there is none.
func readTime(s *string) time.Time {
	at, err := time.Parse(time.RFC1123Z, value(s))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
