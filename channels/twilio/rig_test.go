package twilio_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/channels/channeltest"
	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/channels/twilio/twiliocontract"
	"wismo/core/fault"
	"wismo/core/message"
)

// The cast of these tests. Numbers are from the ranges set aside for fiction.
const (
	accountSID = "AC00000000000000000000000000000001"
	token      = "primarytoken0001"
	oldToken   = "secondarytoken02"
	serviceSID = "MG00000000000000000000000000000005"
	publicURL  = "https://bot.example.com"
	ourSMS     = "+14155550100"
	ourPool    = "+14155550109"
	ourShort   = "12345"
	customer   = "+14155550123"
)

// rig is an account, what it talks to, and what it hands over.
type rig struct {
	*twilio.Account
	twilio *sandbox.Twilio
	inbox  *channeltest.Inbox
	server *httptest.Server
	logs   *logBook

	mu     sync.Mutex
	counts map[twilio.Outcome]int
}

// settings of a rig, to be changed before it is built.
type settings struct {
	sandbox sandbox.Config
	account twilio.Config
	intake  message.Intake
	now     func() time.Time
}

func newRig(t *testing.T, change ...func(*settings)) *rig {
	t.Helper()
	r := &rig{inbox: new(channeltest.Inbox), logs: new(logBook), counts: make(map[twilio.Outcome]int)}
	s := &settings{sandbox: sandboxConfig(t), account: accountConfig(), intake: r.inbox}
	for _, f := range change {
		f(s)
	}
	r.twilio = sandbox.New(s.sandbox)
	t.Cleanup(r.twilio.Close)
	base, err := r.twilio.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.account.BaseURL = base
	s.account.Observe = func(_ twilio.RouteName, o twilio.Outcome) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.counts[o]++
	}
	r.Account, err = twilio.New(s.account, nil, s.now, slog.New(slog.NewTextHandler(r.logs, nil)))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range r.Routes(s.intake) {
		mux.Handle(route.Pattern, route.Handler)
	}
	r.server = httptest.NewServer(mux)
	t.Cleanup(r.server.Close)
	r.twilio.SetWebhook(r.MessageURL(), r.server.URL)
	t.Cleanup(func() {
		for _, v := range r.twilio.Violations() {
			t.Errorf("a request breaks Twilio's contract: %v", v)
		}
	})
	return r
}

func sandboxConfig(t testing.TB) sandbox.Config {
	return sandbox.Config{
		AccountSID: accountSID, AuthToken: token,
		Numbers: []sandbox.Number{
			{Address: ourSMS},
			{Address: ourPool, ServiceSID: serviceSID},
			{Address: "whatsapp:" + ourSMS},
		},
		Callbacks: sandbox.None,
		Validate:  twiliocontract.Validator(t),
	}
}

func accountConfig() twilio.Config {
	return twilio.Config{
		AccountSID: accountSID, AuthTokens: []string{token}, PublicURL: publicURL, Region: "US",
		Numbers: []twilio.Number{
			{Shop: "acme", Channel: message.SMS, Address: ourSMS},
			{Shop: "acme", Channel: message.WhatsApp, Address: ourSMS},
			{Shop: "bolt", Channel: message.SMS, Address: ourPool, MessagingServiceSID: serviceSID},
			{Shop: "bolt", Channel: message.SMS, Address: ourShort},
		},
	}
}

func (r *rig) count(o twilio.Outcome) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[o]
}

// out is an SMS from the first shop to the customer.
func out(text string) message.Outbound {
	return message.Outbound{
		ID: 1, Shop: "acme", Channel: message.SMS, Account: accountSID, Text: text, FirstTry: time.Now(),
		From: message.Address{Channel: message.SMS, Value: ourSMS}, To: message.Address{Channel: message.SMS, Value: customer},
	}
}

// outWhatsApp is the same by WhatsApp.
func outWhatsApp(text string) message.Outbound {
	o := out(text)
	o.Channel, o.From.Channel, o.To.Channel = message.WhatsApp, message.WhatsApp, message.WhatsApp
	return o
}

// outService is the same from the second shop's Messaging Service.
func outService(text string) message.Outbound {
	o := out(text)
	o.Shop, o.From.Value = "bolt", ourPool
	return o
}

// post sends a request to a path of the rig's server as it is.
func (r *rig) post(t *testing.T, path, body string, header map[string]string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for key, v := range header {
		req.Header.Set(key, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode == http.StatusOK {
		if kind := res.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/xml") || !bytes.Contains(answer, []byte("<Response/>")) {
			t.Errorf("answered 200 with %s %q, want empty TwiML", kind, answer)
		}
	}
	return res.StatusCode
}

// signed posts a form with a genuine signature.
func (r *rig) signed(t *testing.T, path string, form url.Values) int {
	t.Helper()
	return r.post(t, path, form.Encode(), map[string]string{
		"X-Twilio-Signature": sandbox.Sign(token, publicURL+path, form),
	})
}

const (
	messagePath = "/twilio/" + accountSID + "/message"
	statusPath  = "/twilio/" + accountSID + "/status"
)

// logBook keeps what is logged.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// provider is the sandbox as the conformance suite holds it.
type provider struct {
	*rig
	from, to string
	mu       sync.Mutex
	forms    map[string]url.Values
}

func (p *provider) Took() []string {
	var texts []string
	for _, s := range p.twilio.Sent() {
		texts = append(texts, s.Body)
	}
	return texts
}

func (p *provider) LoseAnswer() {
	p.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnSend, After: true, Drop: true})
}

func (p *provider) Refuse(kind fault.Kind) {
	m := sandbox.Mischief{On: sandbox.OnSend, Status: 400, Code: 21610}
	if kind == fault.Throttled {
		m = sandbox.Mischief{On: sandbox.OnSend, Status: 429, Code: 20429, RetryAfter: "3"}
	}
	p.twilio.Misbehave(m)
}

func (p *provider) Write(ctx context.Context, text string) (string, bool) {
	id := p.Withhold(text)
	return id, p.Repeat(ctx, id)
}

func (p *provider) Repeat(ctx context.Context, id string) bool {
	p.mu.Lock()
	form := p.forms[id]
	p.mu.Unlock()
	status, err := p.twilio.Post(ctx, p.MessageURL(), form)
	return err == nil && status == http.StatusOK
}

func (p *provider) Withhold(text string) string {
	form := p.twilio.Take(p.from, p.to, text)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forms[form.Get("MessageSid")] = form
	return form.Get("MessageSid")
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		out      func(string) message.Outbound
		from, to string
	}{
		{"sms", out, customer, ourSMS},
		{"whatsapp", outWhatsApp, "whatsapp:" + customer, "whatsapp:" + ourSMS},
		{"messaging service", outService, customer, ourPool},
		{"whatsapp without a phone", func(text string) message.Outbound {
			o := outWhatsApp(text)
			o.To.Value = "US.13491208655302741918"
			return o
		}, "whatsapp:US.13491208655302741918", "whatsapp:" + ourSMS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			channeltest.Run(t, func(t *testing.T, intake message.Intake) channeltest.Channel {
				r := newRig(t, func(s *settings) { s.intake = intake })
				return channeltest.Channel{
					Sender: r.Account, Out: tt.out,
					Provider: &provider{rig: r, from: tt.from, to: tt.to, forms: make(map[string]url.Values)},
				}
			})
		})
	}
}
