package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"wismo/channels/channeltest"
	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/core/message"
)

func TestStatusWords(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for word, want := range map[string]message.Status{
		"queued": 0, "accepted": 0, "sending": 0, "scheduled": 0, "received": 0, "receiving": 0, "": 0, "a new one": 0,
		"sent": message.Sent, "partially_delivered": message.Sent, "delivered": message.Delivered, "read": message.Read,
		"failed": message.Failed, "undelivered": message.Failed, "canceled": message.Failed,
	} {
		before := len(r.inbox.Reports())
		form := url.Values{"MessageSid": {"SM1"}, "AccountSid": {accountSID}, "MessageStatus": {word}, "ErrorCode": {"not a number"}}
		if status := r.signed(t, statusPath, form); status != http.StatusOK {
			t.Errorf("%q answered %d", word, status)
		}
		got := r.inbox.Reports()[before:]
		if want == 0 && len(got) != 0 || want != 0 && (len(got) != 1 || got[0].Status != want || got[0].Code != "") {
			t.Errorf("%q came to %+v, want %v", word, got, want)
		}
	}
	r.inbox.SetDown(true)
	form := url.Values{"MessageSid": {"SM1"}, "AccountSid": {accountSID}, "MessageStatus": {"failed"}}
	if status := r.signed(t, statusPath, form); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d though the report could not be written down", status)
	}
}

// inboundForm is a small genuine message.
func inboundForm(pairs ...string) url.Values {
	form := url.Values{
		"MessageSid": {"SM00000000000000000000000000000002"}, "AccountSid": {accountSID},
		"From": {customer}, "To": {ourSMS}, "Body": {"Where is my order?"}, "NumMedia": {"0"},
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	sign := func(path string, form url.Values) map[string]string {
		return map[string]string{"X-Twilio-Signature": sandbox.Sign(token, publicURL+path, form)}
	}
	for _, tt := range []struct {
		name   string
		path   string
		body   string
		header map[string]string
		want   twilio.Outcome
	}{
		{"no signature", messagePath, inboundForm().Encode(), nil, twilio.Forged},
		{"wrong signature", messagePath, inboundForm().Encode(), map[string]string{"X-Twilio-Signature": "bm90IGdlbnVpbmU="}, twilio.Forged},
		{"signed for the other route", messagePath, inboundForm().Encode(), sign(statusPath, inboundForm()), twilio.Forged},
		{"body changed", messagePath, inboundForm("Body", "send it elsewhere").Encode(), sign(messagePath, inboundForm()), twilio.Forged},
		{"query added", messagePath + "?x=1", inboundForm().Encode(), sign(messagePath, inboundForm()), twilio.Forged},
		{"status without signature", statusPath, inboundForm().Encode(), nil, twilio.Forged},
		{"malformed form", messagePath, "Body=%zz&From", sign(messagePath, nil), twilio.Malformed},
		{"malformed form without signature", messagePath, "Body=%zz", nil, twilio.Forged},
		{"empty body", messagePath, "", sign(messagePath, nil), twilio.WrongAccount},
		{"JSON", messagePath, "{}", map[string]string{"X-Twilio-Signature": "x", "Content-Type": "application/json"}, twilio.Malformed},
		{"too large", messagePath, "Body=" + strings.Repeat("a", twilio.MaxBody), sign(messagePath, nil), twilio.TooLarge},
		{"10,000 emoji", messagePath, inboundForm("Body", strings.Repeat("😀", 10_000)).Encode(), sign(messagePath, nil), twilio.TooLarge},
		{"endless fields", messagePath, strings.Repeat("a=&", 9_000), map[string]string{"X-Twilio-Signature": "x"}, twilio.Malformed},
		{"another account", messagePath, inboundForm("AccountSid", "AC00000000000000000000000000000009").Encode(), sign(messagePath, inboundForm("AccountSid", "AC00000000000000000000000000000009")), twilio.WrongAccount},
		{"unknown number of ours", messagePath, inboundForm("To", "+14155550177").Encode(), sign(messagePath, inboundForm("To", "+14155550177")), twilio.UnknownNumber},
		{"our number on another channel", messagePath, inboundForm("To", "whatsapp:"+ourPool, "From", "whatsapp:"+customer).Encode(), sign(messagePath, inboundForm("To", "whatsapp:"+ourPool, "From", "whatsapp:"+customer)), twilio.UnknownNumber},
		{"a channel that we do not speak", messagePath, inboundForm("To", "messenger:1234", "From", "messenger:99").Encode(), sign(messagePath, inboundForm("To", "messenger:1234", "From", "messenger:99")), twilio.UnknownNumber},
		{"no id", messagePath, inboundForm("MessageSid", "").Encode(), sign(messagePath, inboundForm("MessageSid", "")), twilio.Malformed},
		{"an id that is none", messagePath, inboundForm("MessageSid", "SM1'; --").Encode(), sign(messagePath, inboundForm("MessageSid", "SM1'; --")), twilio.Malformed},
		{"no sender", messagePath, inboundForm("From", "").Encode(), sign(messagePath, inboundForm("From", "")), twilio.Malformed},
		{"a sender of emoji", messagePath, inboundForm("From", "😀😀").Encode(), sign(messagePath, inboundForm("From", "😀😀")), twilio.Malformed},
		{"an endless sender", messagePath, inboundForm("From", "+"+strings.Repeat("9", 500)).Encode(), sign(messagePath, inboundForm("From", "+"+strings.Repeat("9", 500))), twilio.Malformed},
		{"status without id", statusPath, inboundForm("MessageSid", "").Encode(), sign(statusPath, inboundForm("MessageSid", "")), twilio.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if status := r.post(t, tt.path, tt.body, tt.header); status != tt.want.Status() {
				t.Errorf("answered %d, want %d", status, tt.want.Status())
			}
			if r.count(tt.want) != 1 {
				t.Errorf("counted %d as %s", r.count(tt.want), tt.want)
			}
			if n := len(r.inbox.Messages()) + len(r.inbox.Reports()); n != 0 {
				t.Errorf("%d written down", n)
			}
			logged := r.logs.String()
			if !strings.Contains(logged, string(tt.want)) {
				t.Errorf("not logged: %q", logged)
			}
			for _, secret := range []string{customer, customer[1:], "4155550177", "Where is my order", "😀"} {
				if strings.Contains(logged, secret) {
					t.Errorf("the log tells %q: %s", secret, logged)
				}
			}
		})
	}
}

func TestOnlyPost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	res, err := http.Get(r.server.URL + messagePath)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET answered %d", res.StatusCode)
	}
}

func TestIntakeDown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.inbox.SetDown(true)
	if status := r.signed(t, messagePath, inboundForm()); status != http.StatusServiceUnavailable || r.count(twilio.NotTaken) != 1 {
		t.Errorf("answered %d", status)
	}
}

func TestTokenRotation(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *settings) { s.account.AuthTokens = []string{oldToken, token} })
	form := inboundForm()
	for i, with := range []string{token, oldToken} {
		form.Set("MessageSid", "SM"+strconv.Itoa(i))
		header := map[string]string{"X-Twilio-Signature": sandbox.Sign(with, publicURL+messagePath, form)}
		if status := r.post(t, messagePath, form.Encode(), header); status != http.StatusOK {
			t.Errorf("token %d: answered %d", i, status)
		}
	}
	header := map[string]string{"X-Twilio-Signature": sandbox.Sign("athirdtoken", publicURL+messagePath, form)}
	if status := r.post(t, messagePath, form.Encode(), header); status != http.StatusForbidden {
		t.Errorf("a third token: answered %d", status)
	}
}

// The public URL's path, port and query are signed as Twilio has them, also
// where a proxy in front takes a part of the path away.
func TestPublicURLs(t *testing.T) {
	t.Parallel()
	for public, signed := range map[string]string{
		"https://bot.example.com":        "https://bot.example.com" + messagePath,
		"https://bot.example.com/":       "https://bot.example.com:443" + messagePath,
		"https://bot.example.com:8443":   "https://bot.example.com" + messagePath,
		"https://example.com/wismo":      "https://example.com/wismo" + messagePath,
		"http://bot.example.com":         "http://bot.example.com:80" + messagePath,
		"https://bot.example.com/wismo/": "https://bot.example.com/wismo" + messagePath,
	} {
		r := newRig(t, func(s *settings) { s.account.PublicURL = public })
		for _, query := range []string{"", "?shop=acme&x=%20"} {
			header := map[string]string{"X-Twilio-Signature": sandbox.Sign(token, signed+query, inboundForm())}
			if status := r.post(t, messagePath+query, inboundForm().Encode(), header); status != http.StatusOK {
				t.Errorf("%s%s: answered %d", public, query, status)
			}
		}
	}
}

func TestSenders(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, from, to, value, phone string }{
		{"a phone", customer, ourSMS, customer, customer},
		{"a phone on WhatsApp", "whatsapp:" + customer, "whatsapp:" + ourSMS, customer, customer},
		{"a WhatsApp user without phone", "whatsapp:US.13491208655302741918", "whatsapp:" + ourSMS, "US.13491208655302741918", ""},
		{"a short code", "72345", ourSMS, "72345", ""},
		{"to a short code", customer, ourShort, customer, customer},
		{"a name", "DHL Express", ourSMS, "DHL Express", ""},
		{"a phone that is no phone", "+notaphone", ourSMS, "notaphone", ""},
		{"too long for a phone", "+1415555012345678901234", ourSMS, "1415555012345678901234", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if status := r.signed(t, messagePath, inboundForm("From", tt.from, "To", tt.to)); status != http.StatusOK {
				t.Fatalf("answered %d", status)
			}
			m := r.inbox.Messages()[0]
			if m.From.Value != tt.value || m.From.Phone() != tt.phone || m.From.Channel != m.Channel {
				t.Errorf("From = %q, phone %q, on %s", m.From.Value, m.From.Phone(), m.From.Channel)
			}
		})
	}
}

func TestKeptWithinBounds(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	// 32,769 bytes of text, of which the last character begins within bounds.
	form := inboundForm("Body", strings.Repeat("x", message.MaxText-1)+"é", "OptOutType", "nonsense", "NumMedia", "400000")
	for i := range 200 {
		form.Set("Field"+strconv.Itoa(i), "x")
	}
	for i := range 20 {
		form.Set("MediaUrl"+strconv.Itoa(i), "https://example.com/a")
	}
	form.Set("ALong", strings.Repeat("é", 1500))
	form.Set("BInvalid", "a\x00\xffb")
	form["CTwice"] = []string{"b", "a"}
	form.Set(strings.Repeat("A", 200), "a name too long to keep")
	if status := r.signed(t, messagePath, form); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	m := r.inbox.Messages()[0]
	if len(m.Text) != message.MaxText-1 || m.Handled != "" || len(m.Attachments) != 10 || len(m.Extra) != 48 {
		t.Errorf("%d bytes of text, handled %q, %d attachments, %d fields", len(m.Text), m.Handled, len(m.Attachments), len(m.Extra))
	}
	if n := len(m.Extra["ALong"]); n != 2048 || !utf8.ValidString(m.Extra["ALong"]) {
		t.Errorf("a long field has %d bytes", n)
	}
	if m.Extra["BInvalid"] != "a\ufffdb" || m.Extra["CTwice"] != "b\na" {
		t.Errorf("kept %+q and %+q", m.Extra["BInvalid"], m.Extra["CTwice"])
	}
}

func TestHostileButGenuine(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"\x00", "\xff\xfe", strings.Repeat("\u0301", 5000), "<Response><Message>hi</Message></Response>", "\r\nSet-Cookie: a=b",
		strings.Repeat("\U0001F469\u200d", 1000), "{{.}} %s %d ${x}",
	} {
		r := newRig(t)
		if status := r.signed(t, messagePath, inboundForm("Body", body, "ProfileName", body)); status != http.StatusOK {
			t.Errorf("answered %d", status)
		}
		for _, m := range r.inbox.Messages() {
			for _, kept := range []string{m.Text, m.Extra["ProfileName"]} {
				if !utf8.ValidString(kept) || strings.ContainsRune(kept, 0) {
					t.Errorf("kept %+q", kept)
				}
			}
		}
	}
}

func FuzzWebhook(f *testing.F) {
	for _, form := range samples(f) {
		f.Add(form.Encode(), true)
	}
	for _, seed := range []string{
		"", "&&&", "%", "Body=%zz", "AccountSid=" + accountSID, "From=%00&To=%FF", "NumMedia=-1&MediaUrl0=x", "NumMedia=99999999999",
		inboundForm("From", "whatsapp:").Encode(), inboundForm("From", "+").Encode(), inboundForm("From", "whatsapp:+", "To", "whatsapp:").Encode(),
		inboundForm("Body", strings.Repeat("😀", 2000)).Encode(), "a=1;b=2", "To=" + url.QueryEscape(ourSMS) + "&To=x",
		inboundForm("From", "\u202e+14155550123").Encode(),
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	account, err := twilio.New(accountConfig(), http.DefaultTransport, nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string, sign bool) {
		inbox := new(channeltest.Inbox)
		for _, route := range account.Routes(inbox) {
			path := strings.TrimPrefix(route.Pattern, "POST ")
			req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if form, err := url.ParseQuery(body); err == nil && sign {
				req.Header.Set("X-Twilio-Signature", sandbox.Sign(token, publicURL+path, form))
			}
			before := len(inbox.Messages()) + len(inbox.Reports())
			rec := httptest.NewRecorder()
			route.Handler.ServeHTTP(rec, req)
			after := len(inbox.Messages()) + len(inbox.Reports())
			if !sign && (rec.Code == http.StatusOK || after != before) {
				t.Fatalf("an unsigned request was answered %d and %d were written down", rec.Code, after-before)
			}
			if rec.Code >= 500 {
				t.Fatalf("answered %d", rec.Code)
			}
		}
		for _, m := range inbox.Messages() {
			if !utf8.ValidString(m.Text) || len(m.Text) > message.MaxText || strings.ContainsRune(m.Text, 0) || m.Shop == "" || m.ProviderID == "" {
				t.Fatalf("a message that cannot be kept: %+v", m)
			}
			if p := m.From.Phone(); p != "" && strings.Trim(p[1:], "0123456789") != "" {
				t.Fatalf("the phone %q is none", p)
			}
		}
	})
}
