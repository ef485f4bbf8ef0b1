package twilio_test

import (
	"strings"
	"testing"

	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/core/check"
	"wismo/core/message"
)

func TestNewNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := twilio.New(twilio.Config{
		AccountSID: "AC12", AuthTokens: []string{"", "with space"}, APIKeySID: "SK1", PublicURL: "bot.example.com", BaseURL: "https://evil.example",
		Numbers: []twilio.Number{
			{Shop: "", Channel: message.SMS, Address: ourSMS},
			{Shop: "acme", Channel: message.Email, Address: ourSMS},
			{Shop: "acme", Channel: message.SMS, Address: "letters"},
			{Shop: "acme", Channel: message.SMS, Address: ourSMS, MessagingServiceSID: "MG1"},
		},
	}, nil, nil, nil)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"account_sid", "auth_tokens[0]", "auth_tokens[1]", "api_key_sid", "public_url", "base_url",
		"numbers[0]", "numbers[1]", "numbers[2]", "numbers[3]",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "with space") {
		t.Errorf("a secret is told: %v", err)
	}
}

func TestNewOneMistake(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*twilio.Config)
		wrong  bool
	}{
		"nothing changed":           {func(*twilio.Config) {}, false},
		"no token":                  {func(c *twilio.Config) { c.AuthTokens = nil }, true},
		"an empty token":            {func(c *twilio.Config) { c.AuthTokens = []string{token, ""} }, true},
		"no numbers":                {func(c *twilio.Config) { c.Numbers = nil }, true},
		"a number twice":            {func(c *twilio.Config) { c.Numbers = append(c.Numbers, c.Numbers[0]) }, true},
		"a number written at home":  {func(c *twilio.Config) { c.Numbers[0].Address = "(415) 555-0100" }, false},
		"a prefixed number":         {func(c *twilio.Config) { c.Numbers[1].Address = "whatsapp:" + ourSMS }, false},
		"a short code on WhatsApp":  {func(c *twilio.Config) { c.Numbers[1].Address = ourShort }, true},
		"a public URL with a query": {func(c *twilio.Config) { c.PublicURL += "?x=1" }, true},
		"a public URL of ftp":       {func(c *twilio.Config) { c.PublicURL = "ftp://bot.example.com" }, true},
		"a regional base":           {func(c *twilio.Config) { c.BaseURL = "https://api.dublin.ie1.twilio.com" }, false},
		"a regional base by http":   {func(c *twilio.Config) { c.BaseURL = "http://api.dublin.ie1.twilio.com" }, true},
		"a loopback base":           {func(c *twilio.Config) { c.BaseURL = "http://127.0.0.1:9000" }, false},
		"an IPv6 loopback base":     {func(c *twilio.Config) { c.BaseURL = "http://[::1]:9000/" }, false},
		"a base that looks local":   {func(c *twilio.Config) { c.BaseURL = "http://127.0.0.1.evil.example" }, true},
		"a private base":            {func(c *twilio.Config) { c.BaseURL = "http://10.0.0.1" }, true},
		"a base with a path":        {func(c *twilio.Config) { c.BaseURL = "http://127.0.0.1:9000/x" }, true},
		"a base with a user":        {func(c *twilio.Config) { c.BaseURL = "http://u:p@127.0.0.1:9000" }, true},
	} {
		cfg := accountConfig()
		tt.change(&cfg)
		if _, err := twilio.New(cfg, nil, nil, nil); (err != nil) != tt.wrong {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		change  func(*settings)
		arrange func(*rig)
		// want holds "level subject" and a word of the problem or what to do, for each finding.
		want []string
	}{
		{name: "all well", change: onlySMS, want: []string{"ok auth token: accepted", "ok sms +1*******100: webhook set"}},
		{
			name: "wrong token", change: func(s *settings) { onlySMS(s); s.account.AuthTokens = []string{"wrong"} },
			want: []string{"FAIL auth token: refuses"},
		},
		{
			name:    "Twilio is down",
			change:  onlySMS,
			arrange: func(r *rig) { r.twilio.Misbehave(sandbox.Mischief{Status: 503, Body: "down"}) },
			want:    []string{"FAIL auth token: did not answer"},
		},
		{
			name: "number not there", change: func(s *settings) { onlySMS(s); s.account.Numbers[0].Address = "+14155550155" },
			want: []string{"ok auth token: accepted", "FAIL sms +1*******155: not in account"},
		},
		{
			name: "webhook elsewhere", change: onlySMS, arrange: func(r *rig) { r.twilio.SetWebhook("https://demo.twilio.com/welcome") },
			want: []string{"ok auth token: accepted", "FAIL sms +1*******100: set the number's messaging webhook to " + publicURL + messagePath},
		},
		{
			name: "webhook with retries switched on", change: onlySMS,
			arrange: func(r *rig) { r.twilio.SetWebhook(r.MessageURL() + "#rc=3&rp=all") },
			want:    []string{"ok auth token: accepted", "ok sms +1*******100: webhook set"},
		},
		{
			name: "API key and a wrong token", change: func(s *settings) {
				onlySMS(s)
				s.sandbox.APIKeySID, s.sandbox.APIKeySecret = "SK00000000000000000000000000000001", "keysecret"
				s.account.APIKeySID, s.account.APIKeySecret = s.sandbox.APIKeySID, s.sandbox.APIKeySecret
				s.account.AuthTokens = []string{"wrong"}
			},
			want: []string{"ok API key: accepted", "FAIL auth token: webhooks are signed with it", "ok sms +1*******100: webhook set"},
		},
		{
			name: "what cannot be seen", change: func(s *settings) { s.account.Numbers = s.account.Numbers[1:] },
			want: []string{"ok auth token: accepted", "ok sms +1*******109: webhook set", "warn sms ***: short code", "warn whatsapp +1*******100: " + publicURL + messagePath},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tt.change)
			if tt.arrange != nil {
				tt.arrange(r)
			}
			got := r.Check(t.Context())
			if len(got) != len(tt.want) {
				t.Fatalf("findings %+v", got)
			}
			for i, f := range got {
				head, word, _ := strings.Cut(tt.want[i], ": ")
				if string(f.Level)+" "+strings.TrimPrefix(f.Name, "twilio ") != head || !strings.Contains(f.Detail+" "+f.Hint, word) {
					t.Errorf("finding %+v, want %s", f, tt.want[i])
				}
				if f.Level != check.OK && f.Hint == "" {
					t.Errorf("%s: nothing said to mend it", f.Name)
				}
			}
		})
	}
}

func onlySMS(s *settings) { s.account.Numbers = s.account.Numbers[:1] }

// A number of ours is ours in each of its spellings, and keeps the configured one.
func TestOwnNumberVariants(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *settings) {
		s.sandbox.Numbers = []sandbox.Number{{Address: "whatsapp:+525555550100"}}
		s.account.Numbers = []twilio.Number{{Shop: "acme", Channel: message.WhatsApp, Address: "+52 55 5555 0100"}}
	})
	if status := r.signed(t, messagePath, inboundForm("From", "whatsapp:"+customer, "To", "whatsapp:+5215555550100")); status != 200 {
		t.Fatalf("answered %d", status)
	}
	m := r.inbox.Messages()[0]
	if m.To.Value != "+525555550100" {
		t.Errorf("To = %s", m.To.Value)
	}
	o := outWhatsApp("hi")
	o.From.Value = "+5215555550100"
	if _, err := r.Send(t.Context(), o); err != nil {
		t.Error(err)
	}
	if found, err := r.Find(t.Context(), o); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}
