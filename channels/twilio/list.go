package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"wismo/core/fault"
)

// Bounds of reading a list of messages.
const (
	pageSize = 200
	maxPages = 50
)

// get reads one resource of the REST API into v. ref is a path with its query,
// as Twilio writes them in next_page_uri. The query goes to twilio-go as a part
// of the URL: what is given to it as data loses every ".1" (SendRequest takes
// decimal fractions out), as in the sender "whatsapp:US.1234".
func (a *Account) get(ctx context.Context, op, ref string, v any) error {
	w, c := a.call(ctx)
	res, err := c.SendRequest(http.MethodGet, vendorURL+ref, nil, nil)
	if err == nil {
		err = json.NewDecoder(res.Body).Decode(v)
	}
	if err != nil {
		e := w.failed(op, err, a.now())
		e.Unclear = false // a read changes nothing
		return e
	}
	return nil
}

// resource returns the path of a resource of this account, such as
// "/Messages.json".
func (a *Account) resource(name string) string {
	return "/2010-04-01/Accounts/" + a.cfg.AccountSID + name
}

// messages calls each with the messages of the list that match the query,
// newest first, and stops after the first page on which all are older than
// since. Order within pages is not relied on.
func (a *Account) messages(ctx context.Context, op string, query url.Values, since time.Time, each func(api.ApiV2010Message)) error {
	query.Set("PageSize", strconv.Itoa(pageSize))
	ref := a.resource("/Messages.json") + "?" + query.Encode()
	for range maxPages {
		var page api.ListMessageResponse
		if err := a.get(ctx, op, ref, &page); err != nil {
			return err
		}
		if old := tooOld(page.Messages, since, each); old && len(page.Messages) > 0 {
			return nil
		}
		next, err := a.nextPage(op, page.NextPageUri)
		if err != nil || next == "" {
			return err
		}
		ref = next
	}
	return fault.New(fault.Invalid, op, "%w (%d messages)", errTooLong, maxPages*pageSize)
}

var errTooLong = errors.New("the list is longer than is read")

// tooOld calls each with the messages that are not older than since, and
// reports whether all were older. A message without a time is not old.
func tooOld(list []api.ApiV2010Message, since time.Time, each func(api.ApiV2010Message)) bool {
	old := true
	for _, m := range list {
		if at := readTime(m.DateCreated); !at.IsZero() && at.Before(since) {
			continue
		}
		old = false
		each(m)
	}
	return old
}

// nextPage checks a next_page_uri: it must stay in our account.
func (a *Account) nextPage(op string, next *string) (string, error) {
	if value(next) == "" {
		return "", nil
	}
	u, err := url.Parse(*next)
	if err != nil || u.Path != a.resource("/Messages.json") {
		return "", fault.New(fault.Unavailable, op, "the list's next page lies elsewhere")
	}
	return u.Path + "?" + u.RawQuery, nil
}
