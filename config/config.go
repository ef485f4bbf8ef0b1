// Package config knows the settings of a deployment: their names, defaults and
// limits, where they are read from, and what is wrong with them. It imports
// nothing else of wismo; core/shop and the adapters get their settings from
// cmd/internal/app, which translates.
//
// Settings come from one YAML file, then from the environment: the setting
// shops[0].store.token is WISMO_SHOPS_0_STORE_TOKEN. A secret x may instead be
// read from the file named by x_file. Durations are written like "90s", "15m",
// "24h".
package config

import "time"

// Config is everything a deployment can set.
type Config struct {
	// Database is "sqlite:PATH" or a PostgreSQL URL.
	Database Secret `mapstructure:"database"`
	// DatabaseFile holds Database instead.
	DatabaseFile string `mapstructure:"database_file"`
	// PublicURL is where providers reach the public listener, with the path
	// under which it is mounted, if any: "https://bot.example.com".
	PublicURL string `mapstructure:"public_url"`
	Listen    Listen `mapstructure:"listen"`
	Log       Log    `mapstructure:"log"`
	// Workers is how many conversations are worked on at once, 0 for a default
	// that fits the database.
	Workers int `mapstructure:"workers"`
	// SweepEvery is how often providers are asked for messages whose webhook
	// never came.
	SweepEvery time.Duration `mapstructure:"sweep_every"`
	Twilio     []Twilio      `mapstructure:"twilio"`
	Understand Understand    `mapstructure:"understand"`
	SMTP       SMTP          `mapstructure:"smtp"`
	Shops      []Shop        `mapstructure:"shops"`
	// Sandbox starts local stand-ins for Twilio, Shopify and a mail server; the demo's.
	Sandbox Sandbox `mapstructure:"sandbox"`
}

// Listen are the addresses the process listens on.
type Listen struct {
	// Public takes the providers' webhooks.
	Public string `mapstructure:"public"`
	// Private serves health checks; keep it from the internet.
	Private string `mapstructure:"private"`
}

// Log is how the log looks.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `mapstructure:"level"`
	// Format is auto, text or json; auto is text on a terminal.
	Format string `mapstructure:"format"`
}

// Twilio is one Twilio account.
type Twilio struct {
	AccountSID string `mapstructure:"account_sid"`
	// AuthToken is the primary auth token: webhooks are signed with it.
	AuthToken     Secret `mapstructure:"auth_token"`
	AuthTokenFile string `mapstructure:"auth_token_file"`
	// OldAuthToken is still accepted on webhooks while the token is rotated.
	OldAuthToken     Secret `mapstructure:"old_auth_token"`
	OldAuthTokenFile string `mapstructure:"old_auth_token_file"`
	// APIKeySID and APIKeySecret are used for calls instead of the auth token.
	APIKeySID        string `mapstructure:"api_key_sid"`
	APIKeySecret     Secret `mapstructure:"api_key_secret"`
	APIKeySecretFile string `mapstructure:"api_key_secret_file"`
	// BaseURL replaces https://api.twilio.com; only loopback is allowed.
	BaseURL string `mapstructure:"base_url"`
}

// SMTP is the server by which mail leaves; needed where a shop asks for one-time
// codes.
type SMTP struct {
	// Host is its name, empty for none.
	Host string `mapstructure:"host"`
	// Port, 0 for the usual one: 587 for starttls, 465 for tls, 25 for none.
	Port int `mapstructure:"port"`
	// Security is starttls, tls, or none (loopback only).
	Security     string `mapstructure:"security"`
	User         string `mapstructure:"user"`
	Password     Secret `mapstructure:"password"`
	PasswordFile string `mapstructure:"password_file"`
	// From is the address that mail comes from; the shop's name stands before it.
	From string `mapstructure:"from"`
}

// Shop is one merchant brand.
type Shop struct {
	// Key names the shop in logs and commands.
	Key  string `mapstructure:"key"`
	Name string `mapstructure:"name"`
	// Language of replies to whoever writes in none of Languages.
	Language string `mapstructure:"language"`
	// Languages are those in which customers are answered besides: en, de, fr,
	// es, it, nl, pt.
	Languages []string `mapstructure:"languages"`
	// Timezone is an IANA name: "Europe/Berlin".
	Timezone string `mapstructure:"timezone"`
	// Country is the ISO code in which phone numbers without a country code
	// are read: "US".
	Country string `mapstructure:"country"`
	// Countries are the calling countries that are answered: the shop's own if
	// left out (US and CA go together), "*" for all.
	Countries []string `mapstructure:"countries"`
	Numbers   []Number `mapstructure:"numbers"`
	Orders    Orders   `mapstructure:"orders"`
	Store     Store    `mapstructure:"store"`
	Tracking  Tracking `mapstructure:"tracking"`
	Identity  Identity `mapstructure:"identity"`
	HandOff   HandOff  `mapstructure:"handoff"`
	Desk      Desk     `mapstructure:"desk"`
	Email     Email    `mapstructure:"email"`
	Limits    Limits   `mapstructure:"limits"`
	Stalled   Stalled  `mapstructure:"stalled"`
	Calendar  Calendar `mapstructure:"calendar"`
	// StoreDownAfter is how long the store may be unreadable before a question
	// is handed off.
	StoreDownAfter time.Duration `mapstructure:"store_down_after"`
	// QuietAfter is how long a conversation must be silent before the next
	// message starts a new one.
	QuietAfter time.Duration `mapstructure:"quiet_after"`
	// AnswerWithin completes "A colleague will answer you here …".
	AnswerWithin Texts `mapstructure:"answer_within"`
	// OpeningHours completes "Our hours: …".
	OpeningHours   Texts  `mapstructure:"opening_hours"`
	SupportEmail   string `mapstructure:"support_email"`
	ReturnPortal   string `mapstructure:"return_portal"`
	ShippingPolicy Texts  `mapstructure:"shipping_policy"`
	ReturnPolicy   Texts  `mapstructure:"return_policy"`
	// DeliveryTimes completes "Delivery then takes …", by the ISO code of the
	// country that an order goes to.
	DeliveryTimes map[string]Texts `mapstructure:"delivery_times"`
	// Wording replaces built-in texts, by language and name.
	Wording map[string]map[string]string `mapstructure:"wording"`
	// HandlingDays is within how many working days the shop promises to ship;
	// 0 for no promise.
	HandlingDays int `mapstructure:"handling_days"`
	// Introduce tells customers at first contact that a machine answers.
	Introduce bool `mapstructure:"introduce"`
}

// Texts is a text in the shop's own words: a plain string for every language, or
// one for each.
type Texts map[string]string

// Number is a phone number by which customers reach a shop.
type Number struct {
	// Channel is sms or whatsapp.
	Channel string `mapstructure:"channel"`
	// Address in E.164: "+14155550100".
	Address string `mapstructure:"address"`
	// Account is the Twilio account's SID; the only one if left out.
	Account string `mapstructure:"account"`
	// MessagingService sends through a Messaging Service (MG…) if set.
	MessagingService string `mapstructure:"messaging_service"`
}

// Orders is how order names are built.
type Orders struct {
	Prefix    string `mapstructure:"prefix"`
	Suffix    string `mapstructure:"suffix"`
	MinDigits int    `mapstructure:"min_digits"`
	MaxDigits int    `mapstructure:"max_digits"`
}

// Store is where a shop's orders are read.
type Store struct {
	// Kind is shopify, woocommerce, http or sqlview.
	Kind string `mapstructure:"kind"`
	// URL is the WooCommerce site's, with the folder it lies in; for http, where the
	// shop's own platform serves wismo's contract.
	URL string `mapstructure:"url"`
	// Key and Secret are those of WooCommerce's REST API (ck_…, cs_…). For http,
	// Secret signs what is asked and answered.
	Key        Secret `mapstructure:"key"`
	KeyFile    string `mapstructure:"key_file"`
	Secret     Secret `mapstructure:"secret"`
	SecretFile string `mapstructure:"secret_file"`
	// AllowPlainHTTP lets WooCommerce be asked without encryption, signed.
	AllowPlainHTTP bool `mapstructure:"allow_plain_http"`
	// Statuses say what WooCommerce statuses of the shop's own mean: processing,
	// shipped, delivered, pickup, cancelled or held.
	Statuses map[string]string `mapstructure:"statuses"`
	// Database is the PostgreSQL URL under which sqlview reads, by a role that may
	// only read.
	Database     Secret `mapstructure:"database"`
	DatabaseFile string `mapstructure:"database_file"`
	// View is sqlview's view, with its schema if need be; "wismo_orders" if left out.
	View string `mapstructure:"view"`
	// Domain is the store's own: "example.myshopify.com".
	Domain string `mapstructure:"domain"`
	// Token is a static Admin API token (shpat_…).
	Token     Secret `mapstructure:"token"`
	TokenFile string `mapstructure:"token_file"`
	// ClientID and ClientSecret are those of a Dev Dashboard app, instead of
	// Token.
	ClientID         string `mapstructure:"client_id"`
	ClientSecret     Secret `mapstructure:"client_secret"`
	ClientSecretFile string `mapstructure:"client_secret_file"`
	// Version of the Admin API.
	Version string `mapstructure:"version"`
	// Endpoint replaces https://DOMAIN; only loopback is allowed.
	Endpoint string `mapstructure:"endpoint"`
}

// Desk is the shop's help desk.
type Desk struct {
	// Kind is inbox (the built-in one) or webhook (signed posts to an address).
	Kind string `mapstructure:"kind"`
	// URL that takes webhook's posts.
	URL string `mapstructure:"url"`
	// Secret signs posts to the desk and calls from it.
	Secret     Secret `mapstructure:"secret"`
	SecretFile string `mapstructure:"secret_file"`
}

// HandOff is what happens to cases for a person.
type HandOff struct {
	// FallbackAfter is how long the help desk may be unreachable before a ticket goes
	// to support_email as well.
	FallbackAfter time.Duration `mapstructure:"fallback_after"`
}

// Tracking is the service that asks carriers about parcels of which the store tells
// nothing.
type Tracking struct {
	// Kind is easypost, aftership or 17track; empty for none.
	Kind string `mapstructure:"kind"`
	// Key of its API.
	Key     Secret `mapstructure:"key"`
	KeyFile string `mapstructure:"key_file"`
	// BaseURL replaces the service's own; only loopback is allowed.
	BaseURL string `mapstructure:"base_url"`
}

// Identity is who may see an order.
type Identity struct {
	// Claim is what a typed e-mail or phone is worth: allow, code (with a one-time
	// code sent to the order's e-mail on top) or deny.
	Claim string `mapstructure:"claim"`
	// WithoutNumber answers whoever gives no order number about the open orders on
	// which the address stands that they write from.
	WithoutNumber bool `mapstructure:"without_number"`
	// Tokens are the keys of signed tokens, at most four; the first that can sign
	// mints. None: no token is taken.
	Tokens []TokenKey `mapstructure:"tokens"`
}

// TokenKey is one key of signed tokens.
type TokenKey struct {
	// ID is the name under which tokens refer to it (kid).
	ID string `mapstructure:"id"`
	// Algorithm is HS256 or EdDSA.
	Algorithm string `mapstructure:"algorithm"`
	// Key is HS256's secret, 32 bytes or more, or EdDSA's private key in PEM,
	// which only `wismo token` needs.
	Key     Secret `mapstructure:"key"`
	KeyFile string `mapstructure:"key_file"`
	// PublicKey is EdDSA's, in PEM.
	PublicKey     string `mapstructure:"public_key"`
	PublicKeyFile string `mapstructure:"public_key_file"`
}

// Limits bound what one sender may do.
type Limits struct {
	SenderFailures int `mapstructure:"sender_failures"`
	OrderFailures  int `mapstructure:"order_failures"`
	RepliesPerHour int `mapstructure:"replies_per_hour"`
}

// Calendar is when the shop works.
type Calendar struct {
	// WorkingDays are mon, tue, wed, thu, fri, sat, sun; Monday to Friday if left out.
	WorkingDays []string `mapstructure:"working_days"`
	// Holidays are dates: "2026-12-24", or "12-25" for every year.
	Holidays []string `mapstructure:"holidays"`
}

// Route holds thresholds for a carrier, a destination, or both. What is left out is
// as usual.
type Route struct {
	// Carrier as the store names it.
	Carrier string `mapstructure:"carrier"`
	// Country is the ISO code of the destination.
	Country      string        `mapstructure:"country"`
	NeverScanned int           `mapstructure:"never_scanned_days"`
	NoMovement   time.Duration `mapstructure:"no_movement"`
	Unheard      time.Duration `mapstructure:"unheard"`
	PastEstimate time.Duration `mapstructure:"past_estimate"`
}

// Stalled holds the thresholds of a parcel that does not move.
type Stalled struct {
	// NeverScanned in working days.
	NeverScanned int           `mapstructure:"never_scanned_days"`
	NoMovement   time.Duration `mapstructure:"no_movement"`
	// Unheard is for parcels of which nothing is heard at all.
	Unheard      time.Duration `mapstructure:"unheard"`
	PastEstimate time.Duration `mapstructure:"past_estimate"`
	// Routes have thresholds of their own; elsewhere they are learnt, once enough
	// deliveries were seen.
	Routes []Route `mapstructure:"routes"`
}

// Sandbox holds the demo's local stand-ins.
type Sandbox struct {
	// Enabled starts them.
	Enabled bool `mapstructure:"enabled"`
	// Listen is the local Twilio's address.
	Listen string `mapstructure:"listen"`
	// SMTP and IMAP are the local mail server's addresses.
	SMTP string `mapstructure:"smtp"`
	IMAP string `mapstructure:"imap"`
}

// Secret is a value that must not be seen: it prints as "***".
type Secret string

// String returns "***", or nothing if the secret is empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString hides the secret from %#v as well.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON, YAML and slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Default returns the settings that hold where nothing is set. Lists are
// empty; DefaultShop fills each shop.
func Default() Config {
	return Config{
		Database:   "sqlite:wismo.db",
		Listen:     Listen{Public: "127.0.0.1:8080", Private: "127.0.0.1:8081"},
		Log:        Log{Level: "info", Format: "auto"},
		SweepEvery: 5 * time.Minute,
		SMTP:       SMTP{Security: "starttls"},
		Sandbox:    Sandbox{Listen: "127.0.0.1:8090", SMTP: "127.0.0.1:8025", IMAP: "127.0.0.1:8143"},
	}
}

// DefaultShop returns a shop's settings where nothing is set.
func DefaultShop() Shop {
	return Shop{
		Language:       "en",
		Timezone:       "UTC",
		Country:        "US",
		Orders:         Orders{Prefix: "#", MinDigits: 3, MaxDigits: 10},
		Store:          Store{Kind: "shopify", Version: "2026-10"},
		Identity:       Identity{Claim: "allow"},
		Email:          Email{Unauthenticated: "answer"},
		Limits:         Limits{SenderFailures: 5, OrderFailures: 10, RepliesPerHour: 20},
		Stalled:        Stalled{NeverScanned: 3, NoMovement: 5 * 24 * time.Hour, Unheard: 10 * 24 * time.Hour, PastEstimate: 2 * 24 * time.Hour},
		Desk:           Desk{Kind: "inbox"},
		HandOff:        HandOff{FallbackAfter: 30 * time.Minute},
		StoreDownAfter: 15 * time.Minute,
		QuietAfter:     7 * 24 * time.Hour,
		Introduce:      true,
	}
}
