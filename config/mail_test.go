package config_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/config"
)

// withMailboxes is a configuration with what stands under email.
func withMailboxes(t *testing.T, email string) (config.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "wismo.yaml")
	write(t, file, `
shops:
  - key: acme
    name: Acme
    store: {domain: example.myshopify.com, token: shpat_x}
    email:
`+email)
	return config.Load(file, nil)
}

const servers = ", imap: {host: imap.example.com}, smtp: {host: smtp.example.com}"

func TestMailboxDefaults(t *testing.T) {
	t.Parallel()
	c, err := withMailboxes(t, `
      mailboxes:
        - {address: care@example.com, password: hush`+servers+`}
        - {address: us@example.com, oauth: {provider: microsoft, tenant: example.com, client_id: x, client_secret: y}`+servers+`}
`)
	if err != nil {
		t.Fatal(err)
	}
	m, o := c.Shops[0].Email.Mailboxes[0], c.Shops[0].Email.Mailboxes[1].OAuth
	if m.User != "care@example.com" || m.IMAP.Security != "tls" || m.SMTP.Security != "starttls" || !slices.Equal(m.Folders, []string{"INBOX"}) || m.MaxAge != 24*time.Hour {
		t.Errorf("mailbox: %+v", m)
	}
	if o.TokenURL != "https://login.microsoftonline.com/example.com/oauth2/v2.0/token" || !slices.Equal(o.Scopes, []string{"https://outlook.office365.com/.default"}) {
		t.Errorf("oauth: %+v", o)
	}
	if c.Shops[0].Email.Unauthenticated != "answer" {
		t.Errorf("unauthenticated: %q", c.Shops[0].Email.Unauthenticated)
	}
}

func TestMailboxMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ box, want string }{
		"no address":          {"address: Care, password: x" + servers, "address"},
		"capitals":            {"address: Care@example.com, password: x" + servers, "address"},
		"used twice":          {"address: care@example.com, also: [care@example.com], password: x" + servers, "address"},
		"no password":         {"address: care@example.com" + servers, "password"},
		"both":                {"address: care@example.com, password: x, oauth: {client_id: y, token_url: 'https://example.com'}" + servers, "password"},
		"no server":           {"address: care@example.com, password: x, smtp: {host: smtp.example.com}", "imap.host"},
		"open, elsewhere":     {"address: care@example.com, password: x, imap: {host: imap.example.com, security: none}, smtp: {host: smtp.example.com}", "imap.security"},
		"no tenant":           {"address: care@example.com, oauth: {provider: microsoft, client_id: x}" + servers, "oauth.tenant"},
		"Google, no token":    {"address: care@example.com, oauth: {provider: google, client_id: x}" + servers, "oauth.refresh_token"},
		"a provider of none":  {"address: care@example.com, oauth: {provider: yahoo, client_id: x}" + servers, "oauth.token_url"},
		"older than it makes": {"address: care@example.com, password: x, max_age: 9999h" + servers, "max_age"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := withMailboxes(t, "      mailboxes: [{"+c.box+"}]\n")
			var wrong config.Mistakes
			if !errors.As(err, &wrong) || !slices.ContainsFunc(wrong, func(m config.Mistake) bool { return strings.HasSuffix(m.Key, "mailboxes[0]."+c.want) }) {
				t.Errorf("%s is not named: %v", c.want, err)
			}
		})
	}
}
