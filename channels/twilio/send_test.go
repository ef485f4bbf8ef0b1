package twilio_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/channels/twilio/twiliocontract"
	"wismo/core/fault"
	"wismo/core/message"
)

func TestSendFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		out               message.Outbound
		from, to, service string
	}{
		{"sms", out("hi"), ourSMS, customer, ""},
		{"whatsapp", outWhatsApp("hi"), "whatsapp:" + ourSMS, "whatsapp:" + customer, ""},
		{"messaging service", outService("hi"), ourPool, customer, serviceSID},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			receipt, err := r.Send(t.Context(), tt.out)
			if err != nil {
				t.Fatal(err)
			}
			sent := r.twilio.Sent()
			if len(sent) != 1 {
				t.Fatalf("%d sent", len(sent))
			}
			s := sent[0]
			if s.From != tt.from || s.To != tt.to || s.ServiceSID != tt.service || s.Body != "hi" || s.Callback != publicURL+statusPath {
				t.Errorf("sent %+v", s)
			}
			if receipt.ProviderID != s.SID || receipt.Status != message.Sent || receipt.At.IsZero() {
				t.Errorf("receipt %+v", receipt)
			}
		})
	}
}

func TestSendByAPIKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *settings) {
		s.sandbox.APIKeySID, s.sandbox.APIKeySecret = "SK00000000000000000000000000000001", "keysecret"
		s.account.APIKeySID, s.account.APIKeySecret = s.sandbox.APIKeySID, s.sandbox.APIKeySecret
		s.account.AuthTokens = []string{"othertoken"}
	})
	if _, err := r.Send(t.Context(), out("hi")); err != nil {
		t.Error(err)
	}
}

// What cannot be sent is refused without a request.
func TestSendRefusedHere(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for name, tt := range map[string]struct {
		change func(*message.Outbound)
		kind   fault.Kind
		reason fault.Reason
	}{
		"another account":    {func(o *message.Outbound) { o.Account = "AC9" }, fault.Invalid, ""},
		"no recipient":       {func(o *message.Outbound) { o.To.Value = "" }, fault.Invalid, ""},
		"other channels":     {func(o *message.Outbound) { o.To.Channel = message.WhatsApp }, fault.Invalid, ""},
		"a number not ours":  {func(o *message.Outbound) { o.From.Value = customer }, fault.Denied, ""},
		"another shop's":     {func(o *message.Outbound) { o.Shop = "bolt" }, fault.Denied, ""},
		"no text":            {func(o *message.Outbound) { o.Text = "" }, fault.Invalid, ""},
		"a text of 1601":     {func(o *message.Outbound) { o.Text = strings.Repeat("é", 1601) }, fault.Invalid, fault.TooLong},
		"a text of 1601 low": {func(o *message.Outbound) { o.Text = strings.Repeat("a", 1601) }, fault.Invalid, fault.TooLong},
	} {
		o := out("hi")
		tt.change(&o)
		_, err := r.Send(t.Context(), o)
		if fault.KindOf(err) != tt.kind || fault.ReasonOf(err) != tt.reason || fault.Unclear(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(r.twilio.Sent()); n != 0 {
		t.Errorf("%d sent", n)
	}
}

// Every code in the vendor's list has a meaning.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	type meaning struct {
		kind   fault.Kind
		reason fault.Reason
	}
	want := map[int]meaning{
		11200: {fault.Unavailable, ""}, 11751: {fault.Invalid, ""}, 12300: {fault.Invalid, ""},
		20003: {fault.Denied, ""}, 20404: {fault.NotFound, ""}, 20429: {fault.Throttled, ""},
		21211: {fault.Permanent, fault.BadRecipient}, 21212: {fault.Denied, ""}, 21408: {fault.Permanent, fault.RegionClosed},
		21606: {fault.Denied, ""}, 21608: {fault.Denied, ""}, 21610: {fault.Permanent, fault.OptedOut},
		21611: {fault.Throttled, ""}, 21612: {fault.Permanent, fault.BadRecipient}, 21614: {fault.Permanent, fault.BadRecipient},
		21617: {fault.Invalid, fault.TooLong}, 21619: {fault.Invalid, ""}, 21656: {fault.Invalid, ""},
		21703: {fault.Denied, ""}, 21704: {fault.Denied, ""}, 30001: {fault.Throttled, ""}, 30002: {fault.Denied, ""},
		30003: {fault.Unavailable, fault.Unreachable}, 30004: {fault.Permanent, fault.Filtered},
		30005: {fault.Permanent, fault.BadRecipient}, 30006: {fault.Permanent, fault.BadRecipient},
		30007: {fault.Permanent, fault.Filtered}, 30008: {fault.Unavailable, ""}, 30022: {fault.Throttled, ""},
		30034: {fault.Denied, fault.NotRegistered}, 63001: {fault.Denied, ""}, 63003: {fault.Permanent, fault.BadRecipient},
		63005: {fault.Permanent, fault.Filtered}, 63013: {fault.Permanent, fault.Filtered}, 63015: {fault.Permanent, fault.BadRecipient},
		63016: {fault.Permanent, fault.NeedsTemplate}, 63018: {fault.Throttled, ""}, 63019: {fault.Invalid, ""},
		63024: {fault.Permanent, fault.BadRecipient}, 63032: {fault.Permanent, fault.BadRecipient},
		63036: {fault.Unavailable, fault.Unreachable}, 63051: {fault.Denied, ""},
	}
	r := newRig(t)
	for _, code := range listedCodes(t) {
		w, ok := want[code]
		if !ok {
			t.Errorf("code %d is in the vendor's list and has no meaning here", code)
			continue
		}
		r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnSend, Status: http.StatusBadRequest, Code: code})
		_, err := r.Send(t.Context(), out("hi"))
		if fault.KindOf(err) != w.kind || fault.ReasonOf(err) != w.reason || fault.Unclear(err) {
			t.Errorf("code %d: %v, want %v %s", code, err, w.kind, w.reason)
		}
	}
}

func listedCodes(t *testing.T) []int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(twiliocontract.Dir(t), "twilio_error_codes.subset.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Code int }
	if err := json.Unmarshal(raw, &list); err != nil || len(list) < 30 {
		t.Fatalf("%d codes: %v", len(list), err)
	}
	codes := make([]int, 0, len(list))
	for _, one := range list {
		codes = append(codes, one.Code)
	}
	return codes
}

func TestSendMischief(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		mischief sandbox.Mischief
		kind     fault.Kind
		unclear  bool
		until    time.Time
		took     int
	}{
		{"429 with seconds", sandbox.Mischief{Status: 429, Code: 20429, RetryAfter: "7"}, fault.Throttled, false, now.Add(7 * time.Second), 0},
		{"429 with a date", sandbox.Mischief{Status: 429, Code: 20429, RetryAfter: "Mon, 23 Nov 2026 12:00:09 GMT"}, fault.Throttled, false, now.Add(9 * time.Second), 0},
		{"429 with nothing", sandbox.Mischief{Status: 429, Code: 20429}, fault.Throttled, false, time.Time{}, 0},
		{"429 of a proxy", sandbox.Mischief{Status: 429, Body: "slow down", RetryAfter: "1"}, fault.Throttled, false, now.Add(time.Second), 0},
		{"429 for a year", sandbox.Mischief{Status: 429, Code: 20429, RetryAfter: "31536000"}, fault.Throttled, false, now.Add(time.Hour), 0},
		{"500", sandbox.Mischief{Status: 500, Code: 20500}, fault.Unavailable, true, time.Time{}, 0},
		{"500 after the work", sandbox.Mischief{Status: 500, Code: 20500, After: true}, fault.Unavailable, true, time.Time{}, 1},
		{"502 with a page of 100 kB", sandbox.Mischief{Status: 502, Body: "<html>" + strings.Repeat("x", 100_000)}, fault.Unavailable, true, time.Time{}, 0},
		{"503 and when to come back", sandbox.Mischief{Status: 503, Body: "busy", RetryAfter: "2"}, fault.Unavailable, true, now.Add(2 * time.Second), 0},
		{"401 of a proxy", sandbox.Mischief{Status: 401, Body: "who are you"}, fault.Denied, false, time.Time{}, 0},
		{"404 of a proxy", sandbox.Mischief{Status: 404, Body: "not here"}, fault.NotFound, false, time.Time{}, 0},
		{"400 with an unknown code", sandbox.Mischief{Status: 400, Code: 29999}, fault.Invalid, false, time.Time{}, 0},
		{"garbage with 201", sandbox.Mischief{Status: 201, Body: "garbage", After: true}, fault.Unavailable, true, time.Time{}, 1},
		{"JSON that names no message", sandbox.Mischief{Status: 201, Body: "{}", After: true}, fault.Unavailable, true, time.Time{}, 1},
		{"a redirect", sandbox.Mischief{Status: 302, Body: "elsewhere"}, fault.Unavailable, true, time.Time{}, 0},
		{"a connection cut before", sandbox.Mischief{Drop: true}, fault.Unavailable, true, time.Time{}, 0},
		{"a connection cut after", sandbox.Mischief{Drop: true, After: true}, fault.Unavailable, true, time.Time{}, 1},
		{"silence", sandbox.Mischief{Delay: time.Minute, After: true}, fault.Unavailable, true, time.Time{}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(s *settings) { s.now = func() time.Time { return now } })
			tt.mischief.On = sandbox.OnSend
			r.twilio.Misbehave(tt.mischief)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := r.Send(ctx, out("hi there"))
			if fault.KindOf(err) != tt.kind || fault.Unclear(err) != tt.unclear || !fault.Until(err).Equal(tt.until) {
				t.Errorf("%v; unclear %v, until %v", err, fault.Unclear(err), fault.Until(err))
			}
			if strings.Contains(err.Error(), customer[1:]) || strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "hi there") {
				t.Errorf("the error tells too much: %v", err)
			}
			if n := len(r.twilio.Sent()); n != tt.took {
				t.Errorf("%d taken, want %d", n, tt.took)
			}
		})
	}
}

// The error of Twilio's that repeats the number is not passed on.
func TestErrorsTellNoNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	o := out("hi")
	o.To.Value = "+1415"
	_, err := r.Send(t.Context(), o)
	if fault.ReasonOf(err) != fault.BadRecipient || strings.Contains(err.Error(), "+1415") {
		t.Errorf("err = %v", err)
	}
}

// A request that has certainly not left is clear: it may be repeated.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	_ = listener.Close()
	opaque := func(err error) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
	}
	for _, tt := range []struct {
		name      string
		transport http.RoundTripper
		unclear   bool
	}{
		{"connection refused", nil, false},
		{"name not found", opaque(&net.DNSError{Err: "no such host", Name: "api.twilio.com"}), false},
		{"dial timed out", opaque(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}), false},
		{"read failed", opaque(&net.OpError{Op: "read", Err: errors.New("reset")}), true},
		{"anything else", opaque(errors.New("who knows")), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := accountConfig()
			cfg.BaseURL = closed
			account, err := twilio.New(cfg, tt.transport, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = account.Send(t.Context(), out("hi"))
			if fault.KindOf(err) != fault.Unavailable || fault.Unclear(err) != tt.unclear {
				t.Errorf("unclear %v, want %v: %v", fault.Unclear(err), tt.unclear, err)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The credentials do not follow a redirect.
func TestSendFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	requests := 0
	account, err := twilio.New(accountConfig(), roundTrip(func(r *http.Request) (*http.Response, error) {
		requests++
		return &http.Response{
			StatusCode: http.StatusTemporaryRedirect, Body: http.NoBody, Request: r,
			Header: http.Header{"Location": {"https://elsewhere.example/"}},
		}, nil
	}), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := account.Send(t.Context(), out("hi")); fault.KindOf(err) != fault.Unavailable || requests != 1 {
		t.Errorf("%d requests, %v", requests, err)
	}
}

// Large error pages do not cost a connection each.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	connections := make(chan net.Conn, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte(`{"code":20500}` + strings.Repeat(" ", 100_000)))
	}))
	server.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections <- c
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	cfg := accountConfig()
	cfg.BaseURL = server.URL
	account, err := twilio.New(cfg, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := account.Send(t.Context(), out("hi")); fault.KindOf(err) != fault.Unavailable {
			t.Fatal(err)
		}
	}
	if n := len(connections); n != 1 {
		t.Errorf("20 failures used %d connections", n)
	}
}

// From the send to the report, by way of the sandbox.
func TestStatusComesBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		callbacks sandbox.Callbacks
		fate      sandbox.Fate
		want      []message.Status
		reason    fault.Reason
	}{
		{"delivered", sandbox.InOrder, sandbox.Fate{Status: "delivered"}, []message.Status{message.Sent, message.Delivered}, ""},
		{"out of order", sandbox.Reversed, sandbox.Fate{Status: "delivered"}, []message.Status{message.Delivered, message.Sent}, ""},
		{"twice", sandbox.Twice, sandbox.Fate{Status: "delivered"}, []message.Status{message.Sent, message.Delivered, message.Sent, message.Delivered}, ""},
		{"undelivered", sandbox.InOrder, sandbox.Fate{Status: "undelivered", Code: 30003}, []message.Status{message.Sent, message.Failed}, fault.Unreachable},
		{"opted out", sandbox.InOrder, sandbox.Fate{Status: "failed", Code: 21610}, []message.Status{message.Failed}, fault.OptedOut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			watched := &watched{got: make(chan message.Delivery, 8)}
			r := newRig(t, func(s *settings) { s.sandbox.Callbacks, s.intake = tt.callbacks, watched })
			r.twilio.SetFate(customer, tt.fate)
			receipt, err := r.Send(t.Context(), out("hi"))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.want {
				d := <-watched.got
				if d.Status != want || d.ProviderID != receipt.ProviderID {
					t.Errorf("report %d is %+v, want %v", i, d, want)
				}
				if d.Status == message.Failed && fault.ReasonOf(d.Err) != tt.reason {
					t.Errorf("Err = %v", d.Err)
				}
			}
		})
	}
}

// watched is an intake that passes reports on.
type watched struct{ got chan message.Delivery }

func (w *watched) Receive(context.Context, message.Message) (bool, error) { return false, nil }

func (w *watched) Report(_ context.Context, d message.Delivery) error {
	w.got <- d
	return nil
}

func TestOptOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	say := func(text string) {
		t.Helper()
		if _, err := r.twilio.Inbound(t.Context(), customer, ourSMS, text); err != nil {
			t.Fatal(err)
		}
	}
	say("STOP")
	if _, err := r.Send(t.Context(), out("hi")); fault.ReasonOf(err) != fault.OptedOut {
		t.Errorf("after STOP: %v", err)
	}
	say("STOP PLEASE")
	say("START")
	if _, err := r.Send(t.Context(), out("hi")); err != nil {
		t.Errorf("after START: %v", err)
	}
}
