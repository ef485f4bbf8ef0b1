package twilio

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"wismo/core/fault"
	"wismo/core/message"
)

// Received implements message.Sweeper: it reads the account's list for each of
// our numbers, one request each as long as a page holds it all. A number whose
// list fails or has no end does not keep back what came to the others. Media is listed
// only for messages that have some, and once per message. What the list does
// not have (profile names, buttons, OptOutType) is missing in the messages.
func (a *Account) Received(ctx context.Context, since time.Time, each func(context.Context, message.Message) error) error {
	const op = "twilio received"
	var all []api.ApiV2010Message
	var errs []error
	for _, to := range a.wireNumbers() {
		list, err := a.inboundTo(ctx, op, to, since)
		// What came before a list broke off would be answered before what is
		// older: it waits for the next sweep. A list that is too long never gets
		// shorter by waiting.
		if err == nil || errors.Is(err, errTooLong) {
			all = append(all, list...)
		}
		errs = append(errs, err)
	}
	// The lists are newest first; messages of one second keep their order.
	slices.Reverse(all)
	slices.SortStableFunc(all, func(x, y api.ApiV2010Message) int {
		return readTime(x.DateCreated).Compare(readTime(y.DateCreated))
	})
	for _, m := range all {
		if err := a.handOver(ctx, m, each); err != nil {
			return errors.Join(append(errs, err)...)
		}
	}
	return errors.Join(errs...)
}

// inboundTo lists the messages that came to one number since, newest first.
func (a *Account) inboundTo(ctx context.Context, op, to string, since time.Time) (list []api.ApiV2010Message, err error) {
	query := url.Values{"To": {to}}
	if !since.IsZero() {
		// By whole UTC days; one more in case the two dates differ.
		query.Set("DateSent>", since.UTC().AddDate(0, 0, -1).Truncate(24*time.Hour).Format(time.RFC3339))
	}
	err = a.messages(ctx, op, query, since, func(m api.ApiV2010Message) {
		if value(m.Direction) == "inbound" {
			list = append(list, m)
		}
	})
	return list, err
}

// wireNumbers lists our numbers as Twilio writes them, in order.
func (a *Account) wireNumbers() []string {
	list := make([]string, 0, len(a.numbers))
	for _, n := range a.numbers {
		list = append(list, wireAddress(n.address()))
	}
	slices.Sort(list)
	return list
}

// handOver gives one listed message to each; one that is not for us, or
// cannot be read, is left out as its webhook would be.
func (a *Account) handOver(ctx context.Context, m api.ApiV2010Message, each func(context.Context, message.Message) error) error {
	form := url.Values{
		"MessageSid": {value(m.Sid)}, "AccountSid": {a.cfg.AccountSID},
		"From": {value(m.From)}, "To": {value(m.To)}, "Body": {value(m.Body)},
	}
	msg, ok := inbound(form, readTime(m.DateCreated))
	if !ok {
		return nil
	}
	number, ok := a.numberAt(msg.To)
	if !ok || a.fromUs(msg) {
		return nil
	}
	msg.Shop, msg.To = number.Shop, number.address()
	if sid := value(m.MessagingServiceSid); sid != "" {
		msg.Extra = map[string]string{"MessagingServiceSid": sid}
	}
	if n := strings.TrimLeft(value(m.NumMedia), "0"); n != "" {
		list, err := a.listMedia(ctx, msg.ProviderID)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		msg.Attachments = list
	}
	return each(ctx, msg)
}

// mediaLists remembers which media the latest messages have.
type mediaLists struct {
	mu    sync.Mutex
	bySID map[string][]message.Attachment
	order []string
}

// maxMediaLists is how many messages' media are remembered.
const maxMediaLists = 1000

func (l *mediaLists) get(sid string) ([]message.Attachment, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, ok := l.bySID[sid]
	return slices.Clone(list), ok
}

func (l *mediaLists) put(sid string, list []message.Attachment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.bySID[sid]; !ok {
		l.order = append(l.order, sid)
	}
	l.bySID[sid] = slices.Clone(list)
	if len(l.order) > maxMediaLists {
		delete(l.bySID, l.order[0])
		l.order = l.order[1:]
	}
}

// listMedia returns the attachments of a message.
func (a *Account) listMedia(ctx context.Context, sid string) ([]message.Attachment, error) {
	if list, ok := a.media.get(sid); ok {
		return list, nil
	}
	var page api.ListMediaResponse
	if err := a.get(ctx, "twilio list media", a.resource("/Messages/"+sid+"/Media.json"), &page); err != nil {
		return nil, err
	}
	var list []message.Attachment
	for _, m := range page.MediaList[:min(len(page.MediaList), maxMedia)] {
		path := a.resource("/Messages/" + sid + "/Media/" + value(m.Sid))
		list = append(list, message.Attachment{URL: a.base.String() + path, Type: value(m.ContentType)})
	}
	if len(list) > 0 {
		a.media.put(sid, list)
	}
	return list, nil
}
