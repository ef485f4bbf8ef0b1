package twilio

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"wismo/core/message"
	"wismo/core/sms"
)

// clockSlack is how far Twilio's clock, which shows whole seconds, may be
// behind ours. It may be generous: an id is adopted only once.
const clockSlack = 2 * time.Minute

// findWindow is how far back Find looks if the time of the first try is not
// known.
const findWindow = 24 * time.Hour

// Find implements message.Sender. It reads the messages to the recipient
// newest first and compares the rest here. The list's DateSent filter is not
// used: it goes by whole UTC days, and a message that Twilio has queued but not
// sent has no such date and might be left out, which would send it twice.
func (a *Account) Find(ctx context.Context, out message.Outbound) ([]message.Receipt, error) {
	const op = "twilio find"
	number, err := a.numberOf(op, out)
	if err != nil {
		return nil, err
	}
	since := out.FirstTry.Add(-clockSlack)
	if out.FirstTry.IsZero() {
		since = a.now().Add(-findWindow)
	}
	query := url.Values{"To": {wireAddress(out.To)}}
	if number.MessagingServiceSID == "" {
		query.Set("From", wireAddress(number.address()))
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	var found []message.Receipt
	err = a.messages(ctx, op, query, since, func(m api.ApiV2010Message) {
		if r, ok := receipt(m); ok && same(m, number, out) {
			found = append(found, r)
		}
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(found)
	slices.SortStableFunc(found, func(x, y message.Receipt) int { return x.At.Compare(y.At) })
	return found, nil
}

// same reports whether Twilio's record is of out. A Messaging Service picks the
// sending number itself, and only later.
func same(m api.ApiV2010Message, number Number, out message.Outbound) bool {
	if !strings.HasPrefix(value(m.Direction), "outbound") || value(m.To) != wireAddress(out.To) {
		return false
	}
	byService := number.MessagingServiceSID != "" && value(m.MessagingServiceSid) == number.MessagingServiceSID
	if !byService && value(m.From) != wireAddress(number.address()) {
		return false
	}
	return sameText(value(m.Body), out)
}

// trialPrefix is what Twilio puts before every text of an account on trial.
const trialPrefix = "Sent from your Twilio trial account - "

// sameText compares bodies exactly but for space at the ends and what a trial
// account has put before; on SMS also but
// for typographic characters, which a Messaging Service with Smart Encoding
// replaces before it keeps the body.
func sameText(body string, out message.Outbound) bool {
	body = strings.TrimPrefix(body, trialPrefix)
	if strings.TrimSpace(body) == strings.TrimSpace(out.Text) {
		return true
	}
	return out.Channel == message.SMS && strings.TrimSpace(sms.Plain(body)) == strings.TrimSpace(sms.Plain(out.Text))
}
