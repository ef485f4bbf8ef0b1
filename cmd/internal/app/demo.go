package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wismo/config"
	"wismo/core/journal/sqlite"
	"wismo/core/reply"
)

// The demo's shop answers at these numbers, from the range kept for fiction.
const (
	demoSMS      = "+14155550100"
	demoWhatsApp = "+14155550100"
	demoAccount  = "AC00000000000000000000000000005a4d"
)

// The demo's shop takes mail at this address of its own mail server, which opens
// every mailbox with this password.
const (
	demoMail     = "care@example.com"
	demoPassword = "demo"
)

// DemoDatabase is where the demo keeps its data: a file in the user's cache
// folder.
func DemoDatabase() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "wismo", "demo.db")
}

// Demo returns the demo's configuration. It is a configuration like any other:
// a sandbox store, sandbox numbers, the built-in inbox, SQLite.
// Store is the sample shop's platform: shopify, woocommerce or http.
func Demo(database, store string) (config.Config, error) {
	token, err := randomHex(16)
	if err != nil {
		return config.Config{}, err
	}
	c := config.Default()
	c.Database = config.Secret("sqlite:" + database)
	c.Listen = config.Listen{Public: "127.0.0.1:0", Private: "127.0.0.1:0"}
	c.Sandbox.Enabled = true
	c.Twilio = []config.Twilio{{AccountSID: demoAccount, AuthToken: config.Secret(token)}}
	s := config.DefaultShop()
	s.Key, s.Name = "demo", "Harbour Goods"
	s.Timezone = "America/Los_Angeles"
	s.Numbers = []config.Number{{Channel: "sms", Address: demoSMS}, {Channel: "whatsapp", Address: demoWhatsApp}}
	s.Email.Mailboxes = []config.Mailbox{{
		Address: demoMail, User: demoMail, Password: demoPassword, Folders: []string{"INBOX"}, AuthservID: "mail.example.com", MaxAge: time.Hour, Signature: "Harbour Goods",
	}}
	switch store {
	case "shopify":
		s.Store.Domain, s.Store.Token = "demo.myshopify.com", config.Secret("shpat_"+token)
	case "woocommerce":
		s.Store = config.Store{Kind: store, Key: config.Secret("ck_" + token), Secret: config.Secret("cs_" + token)}
	case "http":
		s.Store = config.Store{Kind: store, Secret: config.Secret(token + token)}
	default:
		return config.Config{}, fmt.Errorf("there is no sample shop on %q: shopify, woocommerce or http", store)
	}
	s.SupportEmail = "help@example.com"
	s.ReturnPortal = "https://example.com/returns"
	s.HandlingDays = 3
	s.Languages = reply.Languages()
	s.ShippingPolicy, s.ReturnPolicy, s.OpeningHours = demoShipping(), demoReturns(), demoHours()
	c.Shops = []config.Shop{s}
	return c, nil
}

func demoShipping() config.Texts {
	return config.Texts{
		"en": "We ship within three working days; standard delivery takes three to five more.",
		"de": "Wir verschicken innerhalb von drei Werktagen; die Zustellung dauert drei bis fünf weitere.",
		"fr": "Nous expédions sous trois jours ouvrés ; la livraison en prend trois à cinq de plus.",
		"es": "Enviamos en tres días laborables; la entrega tarda de tres a cinco más.",
		"it": "Spediamo entro tre giorni lavorativi; la consegna ne richiede altri tre a cinque.",
		"nl": "We versturen binnen drie werkdagen; de bezorging duurt drie tot vijf dagen langer.",
		"pt": "Enviamos em três dias úteis; a entrega leva mais três a cinco.",
	}
}

func demoReturns() config.Texts {
	return config.Texts{
		"en": "You can return anything unused within 30 days.",
		"de": "Unbenutztes können Sie innerhalb von 30 Tagen zurückgeben.",
		"fr": "Vous pouvez rendre tout article non utilisé sous 30 jours.",
		"es": "Puedes devolver todo lo que no hayas usado en 30 días.",
		"it": "Puoi rendere tutto ciò che non hai usato entro 30 giorni.",
		"nl": "Alles wat ongebruikt is kun je binnen 30 dagen retourneren.",
		"pt": "Você pode devolver tudo o que não usou em até 30 dias.",
	}
}

func demoHours() config.Texts {
	return config.Texts{
		"en": "Mon to Fri, 9 to 17 (Los Angeles)", "de": "Mo bis Fr, 9 bis 17 Uhr (Los Angeles)", "fr": "lun à ven, 9 h à 17 h (Los Angeles)",
		"es": "lun a vie, de 9 a 17 h (Los Ángeles)", "it": "lun-ven, 9-17 (Los Angeles)", "nl": "ma t/m vr, 9 tot 17 uur (Los Angeles)", "pt": "seg a sex, das 9 às 17 h (Los Angeles)",
	}
}

func randomHex(n int) (string, error) {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return hex.EncodeToString(b), nil
}

// WipeDemo removes what an earlier demo left, so that each begins with the
// same state, and makes the folder. A demo that is running keeps its database.
func WipeDemo(c config.Config) error {
	path := strings.TrimPrefix(c.Database.Reveal(), "sqlite:")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	err := sqlite.Wipe(path)
	if errors.Is(err, sqlite.ErrInUse) {
		return fmt.Errorf("a demo is running on this machine already: talk to it with `wismo chat`, end it, or have one of your own with `wismo chat --demo` (%s)", path)
	}
	return err
}
