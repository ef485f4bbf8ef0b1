package app_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	twilio "wismo/channels/sandbox"
	"wismo/channels/sandbox/post"
	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/check"
	shopify "wismo/stores/sandbox"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func demo(t *testing.T) config.Config {
	t.Helper()
	c, err := app.Demo(filepath.Join(t.TempDir(), "wismo.db"), "shopify")
	if err != nil {
		t.Fatal(err)
	}
	c.Sandbox.Listen, c.Sandbox.SMTP, c.Sandbox.IMAP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	return c
}

func start(t *testing.T, c config.Config) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), c, "test", quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestDemoAnswers(t *testing.T) {
	t.Parallel()
	a := start(t, demo(t))
	if err := a.Phones().Text(t.Context(), "sms", "+14155550101", "where is 1001"); err != nil {
		t.Fatal(err)
	}
	if err := a.Settled(t.Context()); err != nil {
		t.Fatal(err)
	}
	replies, err := a.Phones().Replies(t.Context(), "sms", "+14155550101", 0, 0)
	if err != nil || len(replies) != 1 || !strings.Contains(replies[0].Text, "#1001 is on its way") {
		t.Fatalf("replies %+v, error %v", replies, err)
	}
	if _, err := a.Phones().Customers(t.Context()); err != nil {
		t.Error(err)
	}
}

// A second demo must not take away the database of the one that runs.
func TestDemoKeepsTheDatabaseOfARunningOne(t *testing.T) {
	t.Parallel()
	c := demo(t)
	start(t, c)
	path := strings.TrimPrefix(c.Database.Reveal(), "sqlite:")
	if err := app.WipeDemo(c); err == nil || !strings.Contains(err.Error(), "wismo chat") {
		t.Errorf("WipeDemo beside a running demo = %v; want an error that says what to do", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the running demo's database: %v", err)
	}
}

// What is private is not on the public listener, and the other way round.
func TestListenersAreApart(t *testing.T) {
	t.Parallel()
	a := start(t, demo(t))
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200} {
		if got, _ := get(t, "http://"+a.PrivateAddr()+path); got != want {
			t.Errorf("private %s: %d, want %d", path, got, want)
		}
		if got, _ := get(t, "http://"+a.PublicAddr()+path); got != http.StatusNotFound {
			t.Errorf("public %s: %d, want 404", path, got)
		}
	}
	res, err := http.Post("http://"+a.PrivateAddr()+"/twilio/AC00000000000000000000000000005a4d/message", "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("the private listener takes webhooks: %d", res.StatusCode)
	}
}

// A stop in the middle of a conversation finishes what is in hand, and a start
// on the same database goes on.
func TestStopAndStartAgain(t *testing.T) {
	t.Parallel()
	c := demo(t)
	for round := range 2 {
		a, err := app.New(t.Context(), c, "test", quiet())
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.Phones().Text(t.Context(), "sms", "+14155550101", "where is 1001"); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := a.Stop(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	t.Parallel()
	a := start(t, demo(t))
	c := demo(t)
	c.Listen.Public = a.PublicAddr()
	if _, err := app.New(t.Context(), c, "test", quiet()); err == nil || !strings.Contains(err.Error(), "listen.public") {
		t.Fatalf("error %v", err)
	}
}

// Check tries everything for real, and finds each thing that is made wrong.
func TestCheck(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*config.Config, *shopify.Shopify)
		// fails is a part of the finding that must have failed, empty for none.
		fails string
	}{
		"all well":            {func(*config.Config, *shopify.Shopify) {}, ""},
		"wrong auth token":    {func(c *config.Config, _ *shopify.Shopify) { c.Twilio[0].AuthToken = "wrong" }, "twilio auth token"},
		"number not there":    {func(c *config.Config, _ *shopify.Shopify) { c.Shops[0].Numbers[0].Address = "+14155550155" }, "twilio sms"},
		"wrong shopify token": {func(c *config.Config, _ *shopify.Shopify) { c.Shops[0].Store.Token = "shpat_wrong" }, "shopify token"},
		"scope missing":       {func(_ *config.Config, s *shopify.Shopify) { s.Deny("orders") }, "scope read_orders"},
		"old version":         {func(c *config.Config, _ *shopify.Shopify) { c.Shops[0].Store.Version = "2024-01" }, "shopify token"},
		"wording that loses the link": {func(c *config.Config, _ *shopify.Shopify) {
			c.Shops[0].Wording = map[string]map[string]string{"en": {"link": "Track it online."}}
		}, "wording"},
		"wrong mail password": {func(c *config.Config, _ *shopify.Shopify) { c.Shops[0].Email.Mailboxes[0].Password = "wrong" }, "care@example.com, mailbox; care@example.com, mail server"},
		"no such folder":      {func(c *config.Config, _ *shopify.Shopify) { c.Shops[0].Email.Mailboxes[0].Folders = []string{"Orders"} }, "care@example.com, mailbox"},
		"no database":         {func(c *config.Config, _ *shopify.Shopify) { c.Database = "sqlite:/does/not/exist/wismo.db" }, "database"},
	}
	for name, k := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, store := checkable(t)
			k.change(&c, store)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			failed := []string{}
			for _, f := range app.Check(ctx, c, "test") {
				if f.Level == check.Failed {
					failed = append(failed, f.Name)
					if f.Hint == "" {
						t.Errorf("%s: nothing said to mend it", f.Name)
					}
				}
				if strings.Contains(f.Detail+f.Hint, "shpat_") || strings.Contains(f.Detail+f.Hint, "sandboxtoken") {
					t.Errorf("%s tells a secret: %s", f.Name, f.Detail)
				}
			}
			all := strings.Join(failed, "; ")
			if k.fails == "" && all != "" || !strings.Contains(all, k.fails) {
				t.Errorf("failed: %q, want %q", all, k.fails)
			}
		})
	}
}

// checkable returns a configuration in which everything works.
func checkable(t *testing.T) (config.Config, *shopify.Shopify) {
	t.Helper()
	c := demo(t)
	c.Sandbox.Enabled = false
	c.PublicURL = "https://bot.example.com"
	phone := twilio.New(twilio.Config{
		Numbers: []twilio.Number{{Address: c.Shops[0].Numbers[0].Address}},
		Webhook: c.PublicURL + "/twilio/" + twilio.DefaultAccountSID + "/message",
	})
	t.Cleanup(phone.Close)
	store := shopify.New(shopify.Config{})
	t.Cleanup(store.Close)
	c.Twilio = []config.Twilio{{AccountSID: twilio.DefaultAccountSID, AuthToken: twilio.DefaultAuthToken}}
	var err error
	if c.Twilio[0].BaseURL, err = phone.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	mail, failed := post.Start(post.Config{Password: "demo", SMTP: "127.0.0.1:0", IMAP: "127.0.0.1:0"})
	if failed != nil {
		t.Fatal(failed)
	}
	t.Cleanup(mail.Close)
	box := &c.Shops[0].Email.Mailboxes[0]
	box.SMTP, box.IMAP = server(t, mail.SMTP()), server(t, mail.IMAP())
	c.Shops[0].Numbers = c.Shops[0].Numbers[:1]
	c.Shops[0].Store.Token = shopify.DefaultToken
	if c.Shops[0].Store.Endpoint, err = store.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return c, store
}

// server is a local mail server.
func server(t *testing.T, address string) config.MailServer {
	t.Helper()
	host, raw, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(raw)
	if err != nil {
		t.Fatal(err)
	}
	return config.MailServer{Host: host, Port: port, Security: "none"}
}
