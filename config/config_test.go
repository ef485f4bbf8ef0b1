package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wismo/config"
)

// example returns the example file with its secrets in files that exist.
func example(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("wismo.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	write(t, secret, "hush\n")
	text := string(raw)
	for _, name := range []string{"twilio-auth-token", "shopify-client-secret", "mail-password"} {
		text = strings.ReplaceAll(text, "/run/secrets/"+name, secret)
	}
	file := filepath.Join(dir, "wismo.yaml")
	write(t, file, text)
	return file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestExampleLoads(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Twilio[0].AuthToken.Reveal(); got != "hush" {
		t.Errorf("auth token from its file: %q", got)
	}
	if c.Shops[0].Stalled.NoMovement != 5*24*time.Hour || c.Shops[0].Store.ClientSecret.Reveal() != "hush" {
		t.Errorf("shop: %+v", c.Shops[0])
	}
}

// The example shows the defaults; where it differs from them it would mislead.
func TestExampleShowsDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	d, got := config.DefaultShop(), c.Shops[0]
	usual := got.Stalled
	usual.Routes = nil // there is an example of one
	for name, pair := range map[string][2]any{
		"limits": {d.Limits, got.Limits}, "stalled": {d.Stalled, usual}, "orders": {d.Orders, got.Orders},
		"quiet_after": {d.QuietAfter, got.QuietAfter}, "store_down_after": {d.StoreDownAfter, got.StoreDownAfter},
		"listen": {config.Default().Listen, c.Listen}, "sweep_every": {config.Default().SweepEvery, c.SweepEvery},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: default %v, example %v", name, pair[0], pair[1])
		}
	}
}

// Every setting stands in the example.
func TestExampleIsComplete(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("wismo.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			key := f.Tag.Get("mapstructure")
			bare := strings.TrimSuffix(key, "_file")
			if !strings.Contains(string(raw), key+":") && !strings.Contains(string(raw), bare+"_file:") {
				t.Errorf("%s does not stand in the example", key)
			}
			switch {
			case f.Type.Kind() == reflect.Struct:
				visit(f.Type)
			case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
				visit(f.Type.Elem())
			}
		}
	}
	visit(reflect.TypeFor[config.Config]())
}

func TestEnvironmentOverrides(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example(t), []string{
		"WISMO_DATABASE=postgres://u:p@localhost/w", "WISMO_SHOPS_0_STORE_DOMAIN=other.myshopify.com",
		"WISMO_SHOPS_0_LIMITS_SENDER_FAILURES=9", "WISMO_SHOPS_0_STORE_DOWN_AFTER=90s", "WISMO_SHOPS_0_INTRODUCE=false",
		"WISMO_LISTEN_PUBLIC=127.0.0.1:1", "WISMO_SHOPS_0_COUNTRIES=DE,FR", "PATH=/bin",
	})
	if err != nil {
		t.Fatal(err)
	}
	s := c.Shops[0]
	if s.Store.Domain != "other.myshopify.com" || s.Limits.SenderFailures != 9 || s.StoreDownAfter != 90*time.Second || s.Introduce || !slices.Equal(s.Countries, []string{"DE", "FR"}) {
		t.Errorf("shop: %+v", s)
	}
	if c.Listen.Public != "127.0.0.1:1" || c.Database.Reveal() != "postgres://u:p@localhost/w" {
		t.Errorf("process: %+v", c)
	}
}

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "wismo.yaml")
	write(t, file, `
database: mysql://x
public_url: http://bot.example.com
log: {level: loud}
sweep_every: 1s
databse: sqlite:x
twilio:
  - account_sid: AC1
    auth_token_file: /does/not/exist
    base_url: https://evil.example.com
shops:
  - key: Acme Shop
    timezone: Mars/Olympus
    country: usa
    numbers: [{channel: fax, address: "0123", account: AC2}]
    store: {kind: magento, domain: example.com, version: "1"}
    identity: {claim: perhaps}
    limits: {sender_failures: 0}
    return_portal: http://example.com
    stalled: {routes: [{no_movement: 24h}, {country: germany, unheard: 24h}, {carrier: UPS}]}
    calendar: {working_days: [monday], holidays: ["25.12.", "02-30"]}
`)
	_, err := config.Load(file, []string{"WISMO_SHOPS_0_NONSENSE=1", "WISMO_WORKERS=many"})
	var wrong config.Mistakes
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v", err)
	}
	for _, key := range []string{
		"databse", "database", "public_url", "log.level", "sweep_every", "twilio[0].account_sid", "twilio[0].auth_token_file", "twilio[0].auth_token",
		"twilio[0].base_url", "shops[0].key", "shops[0].name", "shops[0].timezone", "shops[0].country", "shops[0].numbers[0].channel",
		"shops[0].numbers[0].address", "shops[0].numbers[0].account", "shops[0].store.kind", "shops[0].store.domain", "shops[0].store.token",
		"shops[0].store.version", "shops[0].identity.claim", "shops[0].limits", "shops[0].return_portal",
		"shops[0].stalled.routes[0]", "shops[0].stalled.routes[1].country", "shops[0].stalled.routes[2]", "shops[0].calendar.working_days", "shops[0].calendar.holidays", "WISMO_SHOPS_0_NONSENSE", "WISMO_WORKERS",
	} {
		if !slices.ContainsFunc(wrong, func(m config.Mistake) bool { return m.Key == key && m.Hint != "" }) {
			t.Errorf("%s is not reported", key)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	c, err := config.Load(example(t), []string{"WISMO_DATABASE=postgres://u:hush@localhost/w"})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for form, s := range map[string]string{"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "JSON": string(asJSON)} {
		if strings.Contains(s, "hush") {
			t.Errorf("%s shows a secret: %s", form, s)
		}
	}
}
