package sandbox

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// e164 and businessID are the recipients that can be.
var (
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	businessID = regexp.MustCompile(`^[A-Z]{2}\.[0-9]+$`)
)

// window is how long after a customer's message WhatsApp takes free text.
const window = 24 * time.Hour

// create takes a message: POST Messages.json.
func (t *Twilio) create(_ *http.Request, form url.Values) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &record{
		from: form.Get("From"), to: form.Get("To"), body: form.Get("Body"),
		service: form.Get("MessagingServiceSid"), callback: form.Get("StatusCallback"),
	}
	if a, ok := t.chooseSender(r); !ok {
		return a
	}
	if a, ok := t.acceptable(r, form); !ok {
		return a
	}
	r.created = t.now().UTC()
	r.status = "queued"
	r.fate = t.fateOf(r)
	created := *r
	if r.service != "" {
		r.status, created.status = "accepted", "accepted"
	}
	t.kept.add(r)
	created.n, created.sid = r.n, r.sid
	close(t.changed)
	t.changed = make(chan struct{})
	t.calls.put(r)
	return answer{status: http.StatusCreated, body: t.resource(&created)}
}

// chooseSender finds the number that r goes out by. With a service it is not
// shown at first.
func (t *Twilio) chooseSender(r *record) (answer, bool) {
	whatsApp := strings.HasPrefix(r.to, "whatsapp:")
	for _, n := range t.cfg.Numbers {
		byService := r.service != "" && n.ServiceSID == r.service && strings.HasPrefix(n.Address, "whatsapp:") == whatsApp
		if byService || r.service == "" && n.Address == r.from {
			r.from, r.pool = "", n.Address
			if !byService {
				r.from = n.Address
			}
			return answer{}, true
		}
	}
	switch {
	case r.service != "":
		return refuse(http.StatusBadRequest, 21703, "The Messaging Service does not have a phone number available to send a message"), false
	case r.from == "":
		return refuse(http.StatusBadRequest, 21603, "A 'From' phone number is required."), false
	default:
		return refuse(http.StatusBadRequest, 21606, "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination."), false
	}
}

// acceptable makes the checks that Twilio makes before it takes a message.
func (t *Twilio) acceptable(r *record, form url.Values) (answer, bool) {
	bare, whatsApp := strings.CutPrefix(r.to, "whatsapp:")
	valid := e164.MatchString(bare) || whatsApp && businessID.MatchString(bare)
	switch {
	case r.to == "":
		return refuse(http.StatusBadRequest, 21604, "A 'To' phone number is required."), false
	case !valid || whatsApp != strings.HasPrefix(r.pool, "whatsapp:"):
		return refuse(http.StatusBadRequest, 21211, "Invalid 'To' Phone Number: "+r.to), false
	case r.body == "" && !form.Has("MediaUrl") && !form.Has("ContentSid"):
		return refuse(http.StatusBadRequest, 21619, "A text message body or media urls must be specified."), false
	case utf8.RuneCountInString(r.body) > 1600:
		return refuse(http.StatusBadRequest, 21617, "The concatenated message body exceeds the 1600 character limit"), false
	case t.optedOut[pair{r.to, r.pool}]:
		return refuse(http.StatusBadRequest, 21610, "Attempt to send to unsubscribed recipient"), false
	default:
		return answer{}, true
	}
}

// fateOf decides what becomes of r once it is taken.
func (t *Twilio) fateOf(r *record) Fate {
	if f, ok := t.fates[r.to]; ok {
		return f
	}
	if t.cfg.Window && strings.HasPrefix(r.to, "whatsapp:") {
		heard, ok := t.lastHeard[pair{r.to, r.pool}]
		if !ok || r.created.Sub(heard) > window {
			return Fate{Status: "failed", Code: 63016}
		}
	}
	return Fate{Status: "delivered"}
}
