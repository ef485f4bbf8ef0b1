package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"wismo/core/bot"
	"wismo/core/fault"
	"wismo/core/journal"
	"wismo/core/shop"
)

// postbox is a mail server that takes mails, or fails as the test says.
type postbox struct {
	mu   sync.Mutex
	mail []string // to, subject, text
	next []end
}

func (p *postbox) Send(_ context.Context, to, subject, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := end{taken: true}
	if len(p.next) > 0 {
		e, p.next = p.next[0], p.next[1:]
	}
	if e.taken {
		p.mail = append(p.mail, to+"\n"+subject+"\n"+text)
	}
	return e.err
}

// codeRig is a rig whose shop asks for codes, all of them 424242.
func codeRig(t *testing.T) (*rig, *postbox) {
	t.Helper()
	p := &postbox{}
	return newRig(t, func(c *bot.Config) {
		s := c.Shops["acme"]
		s.Claim, s.Mailer = shop.ClaimCode, p
		c.Shops["acme"], c.Digits = s, func() string { return "424242" }
	}), p
}

// deliver lets a worker look at the last mail that is owed.
func (r *rig) deliver() error {
	r.t.Helper()
	list := r.owed.Mails()
	if len(list) == 0 {
		r.t.Fatal("no mail is owed")
	}
	return r.Mail(r.t.Context(), list[len(list)-1])
}

func TestCodeIsMailedAndOpensTheOrder(t *testing.T) {
	t.Parallel()
	r, p := codeRig(t)
	wantText(t, r.say(eve, "where is order 1001? ana@example.com"), "six-digit code")
	if len(p.mail) != 0 {
		t.Fatal("mailed before the job")
	}
	if err := r.deliver(); err != nil {
		t.Fatal(err)
	}
	if len(p.mail) != 1 || !strings.HasPrefix(p.mail[0], "ana@example.com\nYour code for Acme\n") || !strings.Contains(p.mail[0], "424242") {
		t.Fatalf("mailed %q", p.mail)
	}
	if strings.Contains(p.mail[0], "UPS") || strings.Contains(p.mail[0], "1001") {
		t.Errorf("the mail tells of the order: %q", p.mail[0])
	}
	wantText(t, r.say(eve, "424242"), "#1001 is on its way")
	n, err := r.journal.Failures(t.Context(), journal.Attempt{Shop: "acme", Order: "1001"}, r.clock.Now())
	if err != nil || n.ByOrder != 0 {
		t.Errorf("%d attempts are left over, error %v", n.ByOrder, err)
	}
	if strings.Contains(r.log.String(), "424242") || strings.Contains(r.log.String(), "ana@") {
		t.Error("the log holds the code or the address")
	}
}

func TestNothingIsMailedForNothing(t *testing.T) {
	t.Parallel()
	r, _ := codeRig(t)
	for _, text := range []string{"where is order 1001? eve@example.com", "where is order 77001? ana@example.com"} {
		wantText(t, r.say(eve, text), "six-digit code")
	}
	if list := r.owed.Mails(); len(list) != 0 {
		t.Errorf("mails %v are owed", list)
	}
}

func TestLimitsHoldForCodes(t *testing.T) {
	t.Parallel()
	r, _ := codeRig(t)
	for range 5 {
		wantText(t, r.say(eve, "where is order 1001? ana@example.com"), "six-digit code")
	}
	wantText(t, r.say(eve, "where is order 1001? ana@example.com"), "can't check further details")
	wantText(t, r.say(eve, "424242"), "can't check further details")
	if n := len(r.owed.Mails()); n != 5 {
		t.Errorf("%d mails went to the owner", n)
	}
}

func TestMailIsTriedAgainWhileItIsOfUse(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.Unavailable, "mail", "down")
	for name, c := range map[string]struct {
		ends  []end
		pause time.Duration
		mails int
		retry bool // the first failure asks for another try
		state journal.MailState
	}{
		"taken at once":               {nil, 0, 1, false, journal.MailSent},
		"down, then taken":            {[]end{{err: down}}, time.Minute, 1, true, journal.MailSent},
		"maybe taken, then again":     {[]end{{err: down, taken: true}}, time.Minute, 2, true, journal.MailSent},
		"maybe taken, then too late":  {[]end{{err: down, taken: true}}, 11 * time.Minute, 1, true, journal.MailDropped},
		"refused for good":            {[]end{{err: fault.New(fault.Permanent, "mail", "no such mailbox")}}, 0, 0, false, journal.MailDropped},
		"our password is wrong":       {[]end{{err: fault.New(fault.Denied, "mail", "535")}}, 0, 0, false, journal.MailDropped},
		"down until it was too late":  {[]end{{err: down}, {err: down}}, 10 * time.Minute, 0, true, journal.MailDropped},
		"an error of nobody's making": {[]end{{err: context.DeadlineExceeded}}, time.Second, 1, true, journal.MailSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, p := codeRig(t)
			r.say(eve, "where is order 1001? ana@example.com")
			p.next = c.ends
			if err := r.deliver(); (err != nil) != c.retry {
				t.Fatalf("error %v", err)
			}
			r.clock.Pass(c.pause)
			for range 2 {
				if err := r.deliver(); err != nil {
					t.Fatal(err)
				}
			}
			m, err := r.journal.Mail(t.Context(), r.owed.Mails()[0])
			if err != nil || m.State != c.state || m.Text+m.To != "" {
				t.Errorf("left %+v, error %v", m, err)
			}
			if len(p.mail) != c.mails {
				t.Errorf("%d mails, want %d", len(p.mail), c.mails)
			}
		})
	}
}

func TestMailIsGivenUp(t *testing.T) {
	t.Parallel()
	r, p := codeRig(t)
	r.say(eve, "where is order 1001? ana@example.com")
	id := r.owed.Mails()[0]
	if err := r.GiveUp(t.Context(), "mail", id, context.DeadlineExceeded); err != nil {
		t.Fatal(err)
	}
	if err := r.deliver(); err != nil || len(p.mail) != 0 {
		t.Errorf("a mail that was given up was sent: %v, error %v", p.mail, err)
	}
}

// Codes are drawn by chance: six digits, and hardly ever the same.
func TestCodesAreDrawn(t *testing.T) {
	t.Parallel()
	p, seen := &postbox{}, map[string]bool{}
	r := newRig(t, func(c *bot.Config) {
		s := c.Shops["acme"]
		s.Claim, s.Mailer, s.Limits.SenderFailures, s.Limits.OrderFailures, s.Limits.RepliesPerHour = shop.ClaimCode, p, 99, 99, 99
		c.Shops["acme"] = s
	})
	for range 8 {
		r.say(eve, "where is order 1001? ana@example.com")
		if err := r.deliver(); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range p.mail {
		_, code, _ := strings.Cut(m, "Your code is ")
		if len(code) < 6 || strings.Trim(code[:6], "0123456789") != "" {
			t.Fatalf("mailed %q", m)
		}
		seen[code[:6]] = true
	}
	if len(seen) < 7 {
		t.Errorf("eight codes, of which %d differ", len(seen))
	}
}
