package config_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"wismo/config"
)

func TestWooCommerce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		store string
		want  string // the setting that is wrong
	}{
		"as it should be":   {"url: https://shop.example.com/store, key: ck_1, secret: cs_1, statuses: {at-the-counter: pickup}", ""},
		"no site":           {"key: ck_1, secret: cs_1", "url"},
		"no TLS":            {"url: http://shop.example.com, key: ck_1, secret: cs_1", "url"},
		"no TLS, but meant": {"url: http://shop.example.com, allow_plain_http: true, key: ck_1, secret: cs_1", ""},
		"no key":            {"url: https://shop.example.com, secret: cs_1", "key"},
		"the secret as key": {"url: https://shop.example.com, key: cs_1, secret: cs_1", "key"},
		"no secret":         {"url: https://shop.example.com, key: ck_1", "secret"},
		"a meaning of none": {"url: https://shop.example.com, key: ck_1, secret: cs_1, statuses: {engraving: soon}", "statuses.engraving"},
		"with a question":   {"url: 'https://shop.example.com?x=1', key: ck_1, secret: cs_1", "url"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "wismo.yaml")
			write(t, file, "shops: [{key: acme, name: Acme, store: {kind: woocommerce, "+c.store+"}}]\n")
			_, err := config.Load(file, nil)
			var wrong config.Mistakes
			if errors.As(err, &wrong) != (c.want != "") {
				t.Fatalf("%v, want a mistake in %q", err, c.want)
			}
			if c.want != "" && !slices.ContainsFunc(wrong, func(m config.Mistake) bool { return m.Key == "shops[0].store."+c.want }) {
				t.Errorf("store.%s is not named: %v", c.want, err)
			}
		})
	}
}
