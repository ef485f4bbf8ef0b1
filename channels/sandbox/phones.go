package sandbox

import (
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The API for phones, JSON over HTTP on the sandbox's own loopback address:
//
//	GET  /sandbox/customers
//	     → {"customers":[{name, phone, email, hint}], "numbers":["+1…", "whatsapp:+1…"],
//	   "mail":{smtp, imap, password, shop}}
//	POST /sandbox/messages   {"channel":"sms", "from":"+1…", "to":"", "text":"…"}
//	     → {"sid":"SM…", "last": n}; 502 if the webhook did not take it
//	GET  /sandbox/replies?channel=sms&phone=+1…&after=n&wait=25s
//	     → {"replies":[{n, sid, channel, from, to, text, at}], "last": n}
//
// "to" empty stands for the first number on that channel. /replies waits until
// there is a reply after n, or for as long as wait says (at most a minute), and
// then answers with what there is. "last" is what to ask after next.

// maxWait is the longest that /sandbox/replies holds a request.
const maxWait = time.Minute

// Reply is a message that a phone has got.
type Reply struct {
	// N rises with every message.
	N   int    `json:"n"`
	SID string `json:"sid"`
	// Channel is "sms" or "whatsapp"; From and To are without its prefix.
	Channel string    `json:"channel"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

type customersAnswer struct {
	Customers []Customer `json:"customers"`
	Numbers   []string   `json:"numbers"`
	Mail      Mail       `json:"mail"`
}

type messageRequest struct {
	Channel string `json:"channel"`
	From    string `json:"from"`
	To      string `json:"to"`
	Text    string `json:"text"`
}

type messageAnswer struct {
	SID  string `json:"sid"`
	Last int    `json:"last"`
}

type repliesAnswer struct {
	Replies []Reply `json:"replies"`
	Last    int     `json:"last"`
}

// local lets only this machine in, by name too, so that no web page can get
// here through a name that leads to 127.0.0.1.
func (t *Twilio) local(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopbackHost(strings.Trim(host, "[]")) || r.Header.Get("Origin") != "" {
			http.Error(w, "the sandbox talks to this machine only", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

func (t *Twilio) phoneCustomers(w http.ResponseWriter, _ *http.Request) {
	numbers := make([]string, 0, len(t.cfg.Numbers))
	for _, n := range t.cfg.Numbers {
		numbers = append(numbers, n.Address)
	}
	answer{status: http.StatusOK, body: customersAnswer{t.cfg.Customers, numbers, t.cfg.Mail}}.write(w)
}

func (t *Twilio) phoneMessage(w http.ResponseWriter, r *http.Request) {
	var m messageRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&m); err != nil || m.From == "" {
		http.Error(w, "the message cannot be read; channel, from and text are needed", http.StatusBadRequest)
		return
	}
	to := m.To
	if to == "" {
		to = t.firstNumber(m.Channel)
	} else {
		to = prefixed(m.Channel, to)
	}
	if to == "" || m.Channel != "sms" && m.Channel != "whatsapp" {
		http.Error(w, "no number on this channel", http.StatusBadRequest)
		return
	}
	last := t.lastNumber()
	sid, err := t.Inbound(r.Context(), prefixed(m.Channel, m.From), to, m.Text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	answer{status: http.StatusOK, body: messageAnswer{sid, last}}.write(w)
}

func prefixed(channel, address string) string {
	if channel == "whatsapp" && !strings.HasPrefix(address, "whatsapp:") {
		return "whatsapp:" + address
	}
	return address
}

func (t *Twilio) firstNumber(channel string) string {
	for _, n := range t.cfg.Numbers {
		if strings.HasPrefix(n.Address, "whatsapp:") == (channel == "whatsapp") {
			return n.Address
		}
	}
	return ""
}

func (t *Twilio) lastNumber() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.kept.all)
}

func (t *Twilio) phoneReplies(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := strconv.Atoi(q.Get("after"))
	wait, _ := time.ParseDuration(q.Get("wait"))
	timer := time.NewTimer(min(wait, maxWait))
	defer timer.Stop()
	to := prefixed(q.Get("channel"), q.Get("phone"))
	for {
		t.mu.Lock()
		changed := t.changed
		found := outOf(t.kept.byTo[to], after, func(*record) bool { return true })
		t.mu.Unlock()
		if len(found) > 0 {
			answer{status: http.StatusOK, body: asReplies(found)}.write(w)
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-timer.C:
			answer{status: http.StatusOK, body: repliesAnswer{[]Reply{}, after}}.write(w)
			return
		case <-t.done:
			http.Error(w, "the sandbox is closing", http.StatusServiceUnavailable)
			return
		}
	}
}

func asReplies(list []Sent) repliesAnswer {
	out := repliesAnswer{Replies: make([]Reply, 0, len(list))}
	for _, s := range list {
		to, whatsApp := strings.CutPrefix(s.To, "whatsapp:")
		r := Reply{N: s.N, SID: s.SID, Channel: "sms", From: strings.TrimPrefix(s.From, "whatsapp:"), To: to, Text: s.Body, At: s.At}
		if whatsApp {
			r.Channel = "whatsapp"
		}
		out.Replies, out.Last = append(out.Replies, r), s.N
	}
	return out
}
