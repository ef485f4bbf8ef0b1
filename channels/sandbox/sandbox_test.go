package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wismo/channels/sandbox"
	"wismo/channels/twilio/twiliocontract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	ours     = "+14155550100"
	pooled   = "+14155550109"
	service  = "MG00000000000000000000000000000005"
	customer = "+14155550123"
)

// shop is a sandbox with a receiver of webhooks behind it.
type shop struct {
	*sandbox.Twilio
	base string

	heard chan call
}

type call struct {
	path      string
	form      url.Values
	signature string
}

func open(t testing.TB, change ...func(*sandbox.Config)) *shop {
	t.Helper()
	cfg := sandbox.Config{
		Numbers:   []sandbox.Number{{Address: ours}, {Address: pooled, ServiceSID: service}, {Address: "whatsapp:" + ours}},
		Customers: []sandbox.Customer{{Name: "Ana", Phone: customer, Hint: "where is #1001?"}},
		Callbacks: sandbox.None,
	}
	for _, f := range change {
		f(&cfg)
	}
	s := &shop{Twilio: sandbox.New(cfg), heard: make(chan call, 100)}
	t.Cleanup(s.Close)
	base, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = base
	receiver := httptest.NewServer(http.HandlerFunc(s.hear))
	t.Cleanup(receiver.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	s.SetWebhook("https://bot.example.com/message", receiver.URL)
	return s
}

func (s *shop) hear(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	s.heard <- call{r.URL.Path, form, r.Header.Get("X-Twilio-Signature")}
	if form.Get("Body") == "refuse me" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// api makes a call to the REST API and returns the status and the answer.
func (s *shop) api(t testing.TB, method, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	res, err := s.try(t, method, path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer map[string]any
	_ = json.NewDecoder(res.Body).Decode(&answer)
	return res.StatusCode, answer
}

func (s *shop) try(t testing.TB, method, path string, form url.Values) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.base+"/2010-04-01/Accounts/"+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
	return http.DefaultClient.Do(req)
}

const messages = sandbox.DefaultAccountSID + "/Messages.json"

func sms(pairs ...string) url.Values {
	form := url.Values{"To": {customer}, "From": {ours}, "Body": {"hi"}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		} else {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	return form
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		code   float64
	}{
		{"sms", sms(), 201, 0},
		{"service", sms("From", "", "MessagingServiceSid", service), 201, 0},
		{"whatsapp", sms("From", "whatsapp:"+ours, "To", "whatsapp:"+customer), 201, 0},
		{"whatsapp without phone", sms("From", "whatsapp:"+ours, "To", "whatsapp:US.1234"), 201, 0},
		{"no recipient", sms("To", ""), 400, 21604},
		{"recipient no phone", sms("To", "+1x"), 400, 21211},
		{"channels differ", sms("To", "whatsapp:"+customer), 400, 21211},
		{"no sender", sms("From", ""), 400, 21603},
		{"another's number", sms("From", "+14155550199"), 400, 21606},
		{"another's service", sms("From", "", "MessagingServiceSid", "MG9"), 400, 21703},
		{"no body", sms("Body", ""), 400, 21619},
		{"body too long", sms("Body", strings.Repeat("é", 1601)), 400, 21617},
		{"body of 1600", sms("Body", strings.Repeat("é", 1600)), 201, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			status, answer := s.api(t, "POST", messages, tt.form)
			if status != tt.status || tt.code != 0 && answer["code"] != tt.code {
				t.Fatalf("%d %v", status, answer)
			}
			if status == 201 && (answer["sid"] != s.Sent()[0].SID || answer["body"] != tt.form.Get("Body") || answer["direction"] != "outbound-api") {
				t.Errorf("answer %v", answer)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := open(t)
	for path, want := range map[string]int{"AC9/Messages.json": 404, "AC9.json": 404, messages: 200, sandbox.DefaultAccountSID + ".json": 200} {
		if status, _ := s.api(t, "GET", path, nil); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	res, err := http.Get(s.base + "/2010-04-01/Accounts/" + messages)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without credentials: %d", res.StatusCode)
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	s := open(t, func(c *sandbox.Config) { c.Now = func() time.Time { return now }; c.ListLag = time.Minute })
	s.Take(customer, ours, "yesterday")
	s.api(t, "POST", messages, sms("Body", "queued"))
	now = now.Add(2 * time.Hour)
	s.Take(customer, ours, "today")
	s.Take("+14155550177", ours, "somebody else")
	now = now.Add(time.Hour)
	s.Take(customer, ours, "too new to show")
	for query, want := range map[string]string{
		"":                                   "somebody else,today,queued,yesterday",
		"To=" + url.QueryEscape(ours):        "somebody else,today,yesterday",
		"To=" + url.QueryEscape(customer):    "queued",
		"From=" + url.QueryEscape(customer):  "today,yesterday",
		"DateSent%3E=2026-11-23":             "somebody else,today",
		"DateSent%3E=2026-11-23T00:00:00Z":   "somebody else,today",
		"DateSent%3C=2026-11-22":             "yesterday",
		"DateSent=2026-11-22":                "yesterday",
		"DateSent%3E=2026-11-22&PageSize=10": "somebody else,today,yesterday",
	} {
		_, answer := s.api(t, "GET", messages+"?"+query, nil)
		if got := bodies(answer); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func bodies(answer map[string]any) string {
	var list []string
	for _, m := range answer["messages"].([]any) {
		list = append(list, m.(map[string]any)["body"].(string))
	}
	return strings.Join(list, ",")
}

// Pages stay whole while new messages come in.
func TestListPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 10 {
		s.Take(customer, ours, fmt.Sprint(i))
	}
	var got []string
	for next := "/2010-04-01/Accounts/" + messages + "?PageSize=4"; next != ""; {
		_, answer := s.api(t, "GET", strings.TrimPrefix(next, "/2010-04-01/Accounts/"), nil)
		got = append(got, bodies(answer))
		next, _ = answer["next_page_uri"].(string)
		s.Take(customer, ours, "new")
	}
	if want := "9,8,7,6|5,4,3,2|1,0"; strings.Join(got, "|") != want {
		t.Errorf("pages %v, want %s", got, want)
	}
}

func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	s := open(t)
	sid, err := s.Inbound(t.Context(), "whatsapp:"+customer, "whatsapp:"+ours, "hi", sandbox.Media{Type: "image/png", Bytes: []byte("x")})
	if err != nil {
		t.Fatal(err)
	}
	c := <-s.heard
	if c.path != "/message" || c.signature != sandbox.Sign(sandbox.DefaultAuthToken, "https://bot.example.com/message", c.form) {
		t.Errorf("posted to %s, signed %s", c.path, c.signature)
	}
	if c.form.Get("MessageSid") != sid || c.form.Get("WaId") != customer[1:] || c.form.Get("NumMedia") != "1" || c.form.Get("MediaContentType0") != "image/png" {
		t.Errorf("form %v", c.form)
	}
	if sid, err := s.Inbound(t.Context(), customer, ours, "refuse me"); err == nil || sid == "" {
		t.Errorf("a refused webhook gave %q, %v", sid, err)
	}
}

// The vendor's vector for a form with a repeated key.
func TestSignVector(t *testing.T) {
	t.Parallel()
	form := url.Values{"Sid": {"CA123"}, "SidAccount": {"AC123"}, "Digits": {"5678", "1234", "1234"}}
	if got := sandbox.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form); got != "IK+Dwps556ElfBT0I3Rgjkr1wJU=" {
		t.Errorf("Sign = %s", got)
	}
}

func TestCallbacks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		how  sandbox.Callbacks
		fate sandbox.Fate
		want string
	}{
		{"in order", sandbox.InOrder, sandbox.Fate{Status: "delivered"}, "sent delivered"},
		{"reversed", sandbox.Reversed, sandbox.Fate{Status: "delivered"}, "delivered sent"},
		{"twice", sandbox.Twice, sandbox.Fate{Status: "delivered"}, "sent delivered sent delivered"},
		{"undelivered", sandbox.InOrder, sandbox.Fate{Status: "undelivered", Code: 30003}, "sent undelivered:30003"},
		{"failed", sandbox.InOrder, sandbox.Fate{Status: "failed", Code: 30007}, "failed:30007"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(c *sandbox.Config) { c.Callbacks = tt.how })
			s.SetFate(customer, tt.fate)
			s.api(t, "POST", messages, sms("From", "", "MessagingServiceSid", service, "StatusCallback", "https://bot.example.com/status"))
			for _, want := range strings.Fields(tt.want) {
				c := <-s.heard
				got := c.form.Get("MessageStatus")
				if code := c.form.Get("ErrorCode"); code != "" {
					got += ":" + code
				}
				if got != want || c.path != "/status" || c.form.Get("From") != pooled {
					t.Errorf("callback %s to %s from %s, want %s", got, c.path, c.form.Get("From"), want)
				}
				if c.signature != sandbox.Sign(sandbox.DefaultAuthToken, "https://bot.example.com/status", c.form) {
					t.Error("not signed")
				}
			}
			if got := s.Sent()[0].Status; got != tt.fate.Status {
				t.Errorf("the message ended %s", got)
			}
		})
	}
}

func TestOptOutWords(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.AnswersOptOut = true })
	for _, tt := range []struct {
		word, kind string
		status     int
	}{
		{"hello", "", 201},
		{"STOP", "STOP", 400},
		{"start", "START", 201},
		{"Cancel", "STOP", 400},
		{"cancel my order", "", 400},
		{"yes", "START", 201},
		{"HELP", "HELP", 201},
	} {
		form := s.Take(customer, ours, tt.word)
		if got := form.Get("OptOutType"); got != tt.kind {
			t.Errorf("%s: OptOutType %q, want %q", tt.word, got, tt.kind)
		}
		if status, _ := s.api(t, "POST", messages, sms()); status != tt.status {
			t.Errorf("after %s: %d, want %d", tt.word, status, tt.status)
		}
		if status, _ := s.api(t, "POST", messages, sms("To", "+14155550188")); status != 201 {
			t.Errorf("after %s: another customer got %d", tt.word, status)
		}
	}
}

func TestWhatsAppWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	s := open(t, func(c *sandbox.Config) {
		c.Window, c.Callbacks = true, sandbox.InOrder
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	form := sms("From", "whatsapp:"+ours, "To", "whatsapp:"+customer, "StatusCallback", "https://bot.example.com/status")
	s.api(t, "POST", messages, form)
	if c := <-s.heard; c.form.Get("ErrorCode") != "63016" {
		t.Errorf("never heard of: %v", c.form)
	}
	s.Take("whatsapp:"+customer, "whatsapp:"+ours, "hi")
	s.api(t, "POST", messages, form)
	if c := <-s.heard; c.form.Get("MessageStatus") != "sent" {
		t.Errorf("just heard of: %v", c.form)
	}
	<-s.heard
	mu.Lock()
	now = now.Add(25 * time.Hour)
	mu.Unlock()
	s.api(t, "POST", messages, form)
	if c := <-s.heard; c.form.Get("ErrorCode") != "63016" {
		t.Errorf("a day later: %v", c.form)
	}
}

func TestMischief(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Misbehave(
		sandbox.Mischief{On: sandbox.OnSend, Status: 429, Code: 20429, RetryAfter: "2", Times: 2},
		sandbox.Mischief{On: sandbox.OnList, Status: 500, Body: "garbage"},
		sandbox.Mischief{On: sandbox.OnSend, Drop: true, After: true},
	)
	for range 2 {
		res, err := s.try(t, "POST", messages, sms())
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 429 || res.Header.Get("Retry-After") != "2" {
			t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	if n := len(s.Sent()); n != 0 {
		t.Errorf("%d taken", n)
	}
	if res, err := s.try(t, "POST", messages, sms()); err == nil {
		_ = res.Body.Close()
		t.Error("the answer was not lost")
	}
	if n := len(s.Sent()); n != 1 {
		t.Errorf("%d taken, want 1", n)
	}
	if status, _ := s.api(t, "GET", messages, nil); status != 500 {
		t.Errorf("list answered %d", status)
	}
	s.Misbehave(sandbox.Mischief{Times: -1, Status: 503})
	s.Behave()
	if status, _ := s.api(t, "POST", messages, sms()); status != 201 {
		t.Errorf("answered %d", status)
	}
}

func TestSilenceEndsWithClose(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Misbehave(sandbox.Mischief{Delay: time.Hour})
	ended := make(chan error, 1)
	go func() {
		res, err := s.try(t, "POST", messages, sms())
		if err == nil {
			_ = res.Body.Close()
		}
		ended <- err
	}()
	s.Close()
	<-ended
}

func TestViolationsAreKept(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *sandbox.Config) { c.Validate = twiliocontract.Validator(t) })
	if status, _ := s.api(t, "POST", messages, sms()); status != 201 {
		t.Errorf("a good request: %d", status)
	}
	if status, _ := s.api(t, "GET", messages+"?PageSize=0", nil); status != 400 {
		t.Errorf("a bad request: %d", status)
	}
	if v := s.Violations(); len(v) != 1 || !strings.Contains(v[0].Error(), "PageSize") {
		t.Errorf("violations %v", v)
	}
}

func TestStartOnlyOnLoopback(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{})
	defer s.Close()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense"} {
		if _, err := s.Start(address); err == nil {
			t.Errorf("started on %q", address)
		}
	}
	if _, err := s.Start("127.0.0.1:0"); err != nil {
		t.Error(err)
	}
	if _, err := s.Start("127.0.0.1:0"); err == nil {
		t.Error("started twice")
	}
}

// Two sandboxes never give one id, or a journal would take new for old.
func TestIDsDiffer(t *testing.T) {
	t.Parallel()
	first, second := open(t), open(t)
	if a, b := first.Take(customer, ours, "a").Get("MessageSid"), second.Take(customer, ours, "a").Get("MessageSid"); a == b {
		t.Errorf("both gave %s", a)
	}
}

func TestMediaNeedsNoCredentialsAtTheCDN(t *testing.T) {
	t.Parallel()
	s := open(t)
	form := s.Take(customer, ours, "", sandbox.Media{Type: "image/png", Bytes: []byte("png")})
	res, err := s.try(t, "GET", strings.TrimPrefix(form.Get("MediaUrl0"), s.base+"/2010-04-01/Accounts/"), nil)
	if err != nil {
		t.Fatal(err)
	}
	// The client follows the redirect to the same host with its credentials.
	_ = res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Errorf("credentials at the CDN: %d", res.StatusCode)
	}
	res, err = http.Get(res.Request.URL.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if got, _ := io.ReadAll(res.Body); string(got) != "png" || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("got %q as %s", got, res.Header.Get("Content-Type"))
	}
}

func TestWaitIsNotForgotten(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Inbound(ctx, customer, ours, "hi"); err == nil {
		t.Error("posted though the context was cancelled")
	}
}

// A send and its lookup; the sandbox must be cheap enough for benchmarks at
// more than 1000 messages a second.
func BenchmarkSendAndInbound(b *testing.B) {
	s := sandbox.New(sandbox.Config{Numbers: []sandbox.Number{{Address: ours}}, Callbacks: sandbox.None})
	defer s.Close()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			to := fmt.Sprintf("+1415555%04d", i%10_000)
			s.Take(to, ours, "Where is my order?")
			r := httptest.NewRequest("POST", "/2010-04-01/Accounts/"+messages, strings.NewReader(sms("To", to).Encode()))
			r.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != http.StatusCreated {
				b.Errorf("answered %d", w.Code)
			}
		}
	})
}
