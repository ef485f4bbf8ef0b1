package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/core/fault"
	"wismo/core/message"
)

// A thousand texts to one customer are several pages.
func TestFindPages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	want := out("the one")
	first, err := r.Send(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 450 {
		if _, err := r.Send(t.Context(), out(fmt.Sprintf("text %d", i))); err != nil {
			t.Fatal(err)
		}
	}
	last, err := r.Send(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	found, err := r.Find(t.Context(), want)
	if err != nil || len(found) != 2 || found[0].ProviderID != first.ProviderID || found[1].ProviderID != last.ProviderID {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestFindCompares(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 23, 59, 30, 0, time.UTC)
	now := start
	r := newRig(t, func(s *settings) {
		s.sandbox.Now = func() time.Time { return now }
		s.now = s.sandbox.Now
	})
	for _, o := range []message.Outbound{out("same"), outService("same"), outWhatsApp("same"), out("Your parcel - it's here...")} {
		if _, err := r.Send(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	r.twilio.Take(customer, ourSMS, "same")
	other := out("same")
	other.To.Value = "+14155550188"
	for _, tt := range []struct {
		name  string
		out   message.Outbound
		first time.Time
		want  int
	}{
		{"the text by SMS", out("same"), start, 1},
		{"by WhatsApp", outWhatsApp("same"), start, 1},
		{"by the service", outService("same"), start, 1},
		{"to somebody else", other, start, 0},
		{"a beginning of it", out("sam"), start, 0},
		{"in another case", out("Same"), start, 0},
		{"as Smart Encoding keeps it", out("Your parcel – it’s here…"), start, 1},
		{"tried over midnight", out("same"), start.Add(40 * time.Second), 1},
		{"tried long after", out("same"), start.Add(10 * time.Minute), 0},
		{"tried never", out("same"), time.Time{}, 1},
	} {
		now = start.Add(time.Minute) // the next UTC day
		tt.out.FirstTry = tt.first
		found, err := r.Find(t.Context(), tt.out)
		if err != nil || len(found) != tt.want {
			t.Errorf("%s: found %+v, %v; want %d", tt.name, found, err, tt.want)
		}
	}
}

func TestFindSeesStatus(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *settings) { s.sandbox.ListLag = time.Hour })
	if _, err := r.Send(t.Context(), out("hi")); err != nil {
		t.Fatal(err)
	}
	// The list does not show it yet, and says nothing wrong.
	if found, err := r.Find(t.Context(), out("hi")); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
	r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnList, Status: 503, Body: "down"})
	if _, err := r.Find(t.Context(), out("hi")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("err = %v", err)
	}
	r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnList, Status: 200, Body: `{"messages":[],"next_page_uri":"/elsewhere"}`})
	if _, err := r.Find(t.Context(), out("hi")); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a page elsewhere: %v", err)
	}
	_, err := r.Find(t.Context(), message.Outbound{Channel: message.SMS, To: out("").To})
	if fault.KindOf(err) != fault.Denied {
		t.Errorf("a number that is not ours: %v", err)
	}
}

// A lookup that fails tells nothing of the number in its URL.
func TestLookupErrorsTellNoNumber(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 {
		r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnList, Drop: true, Times: -1})
		_, err := r.Find(t.Context(), out("hi"))
		if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), customer[1:]) || strings.Contains(err.Error(), "http") {
			t.Errorf("err = %v", err)
		}
	}
}

func collect(t *testing.T, r *rig, since time.Time) []message.Message {
	t.Helper()
	var got []message.Message
	err := r.Received(t.Context(), since, func(_ context.Context, m message.Message) error {
		got = append(got, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The sweep yields what the webhook would have, and lists media once.
func TestReceivedIsAsByWebhook(t *testing.T) {
	t.Parallel()
	lists := 0
	r := newRig(t, func(s *settings) {
		contract := s.sandbox.Validate
		s.sandbox.Validate = func(r *http.Request, form url.Values) error {
			if strings.HasSuffix(r.URL.Path, "/Media.json") {
				lists++
			}
			return contract(r, form)
		}
	})
	photo := sandbox.Media{Type: "image/jpeg", Bytes: []byte("jpeg")}
	for _, from := range []struct{ from, to string }{{customer, ourSMS}, {"whatsapp:US.1234", "whatsapp:" + ourSMS}, {customer, ourPool}} {
		if _, err := r.twilio.Inbound(t.Context(), from.from, from.to, "box is crushed", photo); err != nil {
			t.Fatal(err)
		}
	}
	r.twilio.Take(customer, "+14155550177", "to a number that is not configured")
	for range 2 {
		got, want := collect(t, r, time.Now().Add(-time.Minute)), make(map[string]message.Message)
		for _, m := range r.inbox.Messages() {
			want[m.ProviderID] = m
		}
		if len(got) != len(want) {
			t.Fatalf("%d swept, %d received", len(got), len(want))
		}
		for _, g := range got {
			w := want[g.ProviderID]
			if g.ProviderID != w.ProviderID || g.Shop != w.Shop || g.Account != w.Account || g.From != w.From || g.To != w.To || g.Text != w.Text {
				t.Errorf("swept %+v, received %+v", g, w)
			}
			if len(g.Attachments) != 1 || g.Attachments[0] != w.Attachments[0] {
				t.Errorf("attachments %+v, received %+v", g.Attachments, w.Attachments)
			}
			if media, err := r.Fetch(t.Context(), g.ProviderID, g.Attachments[0]); err != nil || string(media.Bytes) != "jpeg" {
				t.Errorf("fetched %+v, %v", media, err)
			}
		}
	}
	if lists != 3 {
		t.Errorf("media was listed %d times, want once for each of 3 messages", lists)
	}
}

func TestReceivedSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	r := newRig(t, func(s *settings) {
		s.sandbox.Now = func() time.Time { return now }
		s.now = s.sandbox.Now
	})
	for hour := range 48 {
		now = time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)
		r.twilio.Take(customer, ourSMS, fmt.Sprint(hour))
	}
	for since, want := range map[int]int{0: 48, 1: 47, 24: 24, 30: 18, 47: 1, 48: 0} {
		got := collect(t, r, time.Date(2026, 11, 21, since, 0, 0, 0, time.UTC))
		if len(got) != want {
			t.Errorf("since hour %d: %d messages, want %d", since, len(got), want)
		}
		for i, m := range got {
			if at := time.Date(2026, 11, 21, since+i, 0, 0, 0, time.UTC); !m.At.Equal(at) {
				t.Errorf("since hour %d: message %d is of %v, want %v", since, i, m.At, at)
			}
		}
	}
}

// What was too large for the webhook is found by the sweep, cut.
func TestReceivedFindsTheOversized(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.twilio.Inbound(t.Context(), customer, ourSMS, strings.Repeat("😀", 10_000)); err == nil {
		t.Fatal("a body above the limit was acknowledged")
	}
	got := collect(t, r, time.Now().Add(-time.Minute))
	if len(got) != 1 || len(got[0].Text) != message.MaxText {
		t.Fatalf("%d messages", len(got))
	}
}

func TestReceivedFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.twilio.Take(customer, ourSMS, "hi", sandbox.Media{Type: "image/png"})
	never := func(context.Context, message.Message) error { return errors.New("must not be called") }
	for range 3 {
		r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnList, Status: 429, Code: 20429, RetryAfter: "1"})
		if err := r.Received(t.Context(), time.Now().Add(-time.Minute), never); fault.KindOf(err) != fault.Throttled {
			t.Errorf("err = %v", err)
		}
	}
}

func TestATextOfATrialAccountIsFound(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sent, err := r.Send(t.Context(), out("Sent from your Twilio trial account - it is on its way"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Find(t.Context(), out("it is on its way"))
	if err != nil || len(got) != 1 || got[0].ProviderID != sent.ProviderID {
		t.Errorf("found %+v, %v; it would be sent twice", got, err)
	}
}

// stubborn answers what it wants to itself and passes everything else on.
type stubborn func(*http.Request) (status int, body string)

func (f stubborn) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := f(r)
	if status == 0 {
		return http.DefaultTransport.RoundTrip(r)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// behind returns the rig's account with f before the sandbox.
func behind(t *testing.T, f stubborn) *rig {
	t.Helper()
	var kept *settings
	r := newRig(t, func(s *settings) { kept = s })
	a, err := twilio.New(kept.account, f, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Account = a
	return r
}

func TestAFloodToOneNumberHidesNothingSentToAnother(t *testing.T) {
	t.Parallel()
	r := behind(t, func(r *http.Request) (int, string) {
		if r.URL.Query().Get("To") != ourSMS {
			return 0, ""
		}
		return http.StatusOK, fmt.Sprintf(`{"messages":[{"sid":"SM7","direction":"inbound","from":%q,"to":%q,"body":"flood","date_created":%q,"num_media":"0"}],"next_page_uri":"/2010-04-01/Accounts/%s/Messages.json?To=%s"}`,
			customer, ourSMS, time.Now().UTC().Format(time.RFC1123Z), accountSID, url.QueryEscape(ourSMS))
	})
	r.twilio.Take(customer, ourPool, "to the other shop")
	got := map[string]bool{}
	err := r.Received(t.Context(), time.Now().Add(-time.Minute), func(_ context.Context, m message.Message) error {
		got[m.Text] = true
		return nil
	})
	if err == nil {
		t.Error("that a list was too long is not told")
	}
	if !got["to the other shop"] || !got["flood"] {
		t.Errorf("found %v", got)
	}
}

func TestMediaThatIsGoneHidesNoMessage(t *testing.T) {
	t.Parallel()
	r := behind(t, func(r *http.Request) (int, string) {
		if !strings.HasSuffix(r.URL.Path, "/Media.json") {
			return 0, ""
		}
		return http.StatusNotFound, `{"code":20404,"status":404,"message":"not found"}`
	})
	r.twilio.Take(customer, ourSMS, "look", sandbox.Media{Type: "image/png"})
	r.twilio.Take(customer, ourSMS, "where is 1001")
	got := collect(t, r, time.Now().Add(-time.Minute))
	if len(got) != 2 || len(got[0].Attachments) != 0 {
		t.Errorf("found %d messages", len(got))
	}
}
