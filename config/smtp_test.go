package config_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"wismo/config"
)

func TestSMTP(t *testing.T) {
	t.Parallel()
	const from = ", from: care@example.com"
	for name, c := range map[string]struct {
		claim, smtp string
		want        string // the setting that is wrong
	}{
		"none, and none needed":    {"allow", "{}", ""},
		"none, but needed":         {"code", "{}", "smtp.host"},
		"STARTTLS by default":      {"code", "{host: smtp.example.com, user: u, password: hush" + from + "}", ""},
		"TLS":                      {"code", "{host: smtp.example.com, security: tls, port: 465, user: u, password: hush" + from + "}", ""},
		"without a password":       {"code", "{host: smtp.example.com" + from + "}", ""},
		"half a sign-in":           {"code", "{host: smtp.example.com, user: u" + from + "}", "smtp.user"},
		"open, on loopback":        {"code", "{host: 127.0.0.1, security: none" + from + "}", ""},
		"open, on loopback, named": {"code", "{host: 127.0.0.1, security: none, user: u, password: hush" + from + "}", "smtp.security"},
		"open, elsewhere":          {"code", "{host: smtp.example.com, security: none" + from + "}", "smtp.security"},
		"a security of nobody":     {"allow", "{host: smtp.example.com, security: ssl" + from + "}", "smtp.security"},
		"no sender":                {"code", "{host: smtp.example.com}", "smtp.from"},
		"a sender with a name":     {"code", "{host: smtp.example.com, from: Acme <care@example.com>}", "smtp.from"},
		"no port":                  {"code", "{host: smtp.example.com, port: 70000" + from + "}", "smtp.port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "wismo.yaml")
			write(t, file, `
public_url: https://bot.example.com
smtp: `+c.smtp+`
shops:
  - key: acme
    name: Acme
    store: {domain: acme.myshopify.com, token: hush}
    identity: {claim: `+c.claim+`}
`)
			_, err := config.Load(file, nil)
			var wrong config.Mistakes
			errors.As(err, &wrong)
			if c.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.want != "" && !slices.ContainsFunc(wrong, func(m config.Mistake) bool { return m.Key == c.want && m.Hint != "" }) {
				t.Errorf("%s is not reported, but %v", c.want, err)
			}
		})
	}
}
