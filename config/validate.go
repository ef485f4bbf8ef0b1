package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Mistake is one thing wrong with the settings.
type Mistake struct {
	// Key is the setting: "shops[0].store.token".
	Key string
	// Problem says what is wrong, Hint how to mend it.
	Problem, Hint string
}

// Mistakes are all that is wrong, found at once.
type Mistakes []Mistake

// Error lists them, a line each.
func (m Mistakes) Error() string {
	lines := make([]string, 0, len(m)+1)
	lines = append(lines, fmt.Sprintf("the configuration has %d mistake(s):", len(m)))
	for _, x := range m {
		lines = append(lines, fmt.Sprintf("  %s: %s (%s)", x.Key, x.Problem, x.Hint))
	}
	return strings.Join(lines, "\n")
}

// audit collects mistakes.
type audit struct{ found Mistakes }

// want notes a mistake unless ok.
func (a *audit) want(ok bool, key, problem, hint string) {
	if !ok {
		a.found = append(a.found, Mistake{key, problem, hint})
	}
}

var (
	keyRE     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	sidRE     = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	serviceRE = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
	e164RE    = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	domainRE  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*\.myshopify\.com$`)
	versionRE = regexp.MustCompile(`^20\d\d-(01|04|07|10)$`)
	tokenIDRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	countryRE = regexp.MustCompile(`^[A-Z]{2}$`)
	// databaseRE and viewRE are of sqlview.
	databaseRE = regexp.MustCompile(`^postgres(?:ql)?://[^/]+/.+`)
	viewRE     = regexp.MustCompile(`^(?:[^."]{1,63}\.)?[^."]{1,63}$`)
)

func (c Config) validate() Mistakes {
	a := &audit{}
	c.validateProcess(a)
	c.Understand.validate(a)
	for i, t := range c.Twilio {
		t.validate(a, fmt.Sprintf("twilio[%d].", i))
	}
	c.validateSMTP(a)
	c.validateMail(a)
	a.want(len(c.Shops) > 0, "shops", "there is none", "configure at least one shop, or try `wismo demo`")
	c.validateNumbers(a)
	keys := map[string]bool{}
	for i, s := range c.Shops {
		key := fmt.Sprintf("shops[%d].", i)
		a.want(!keys[s.Key], key+"key", fmt.Sprintf("%q is used twice", s.Key), "give each shop its own key")
		keys[s.Key] = true
		s.validate(a, key)
	}
	return a.found
}

func (c Config) validateProcess(a *audit) {
	db := c.Database.Reveal()
	ok := strings.HasPrefix(db, "sqlite:") && len(db) > 7 || strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
	a.want(ok, "database", "it is neither sqlite:PATH nor postgres://…", "for example sqlite:/var/lib/wismo/wismo.db")
	for key, addr := range map[string]string{"listen.public": c.Listen.Public, "listen.private": c.Listen.Private} {
		_, _, err := net.SplitHostPort(addr)
		a.want(err == nil, key, fmt.Sprintf("%q is no host:port", addr), "for example 127.0.0.1:8080")
	}
	u, err := url.Parse(c.PublicURL)
	okURL := err == nil && u.Host != "" && u.RawQuery == "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
	a.want(okURL || len(c.Twilio) == 0, "public_url", "it must be the https address at which Twilio reaches this process", "for example https://bot.example.com; http is allowed on loopback only")
	a.want(oneOf(c.Log.Level, "debug", "info", "warn", "error"), "log.level", fmt.Sprintf("%q is no level", c.Log.Level), "debug, info, warn or error")
	a.want(oneOf(c.Log.Format, "auto", "text", "json"), "log.format", fmt.Sprintf("%q is no format", c.Log.Format), "auto, text or json")
	a.want(c.Workers >= 0 && c.Workers <= 1000, "workers", "it is out of range", "0 to 1000, 0 for the default")
	a.want(c.SweepEvery >= 10*time.Second, "sweep_every", "it is too often", "10s or more; 5m is the default")
}

// validateSMTP checks the mail server, and that there is one if it is needed.
func (c Config) validateSMTP(a *audit) {
	s := c.SMTP
	for i, shop := range c.Shops {
		a.want(shop.Identity.Claim != "code" || s.Host != "" || len(shop.Email.Mailboxes) > 0, "smtp.host", fmt.Sprintf("it is missing, and shops[%d] asks for codes by mail", i), "set smtp, or a mailbox under the shop's email, or identity.claim to allow or deny")
	}
	if s.Host == "" {
		return
	}
	a.want(oneOf(s.Security, "starttls", "tls", "none"), "smtp.security", fmt.Sprintf("%q is not known", s.Security), "starttls, tls, or none on loopback")
	a.want(s.Security != "none" || loopback(s.Host) && s.User == "", "smtp.security", "without encryption neither mail nor password may leave this machine", "starttls (port 587) or tls (port 465)")
	a.want(s.Port >= 0 && s.Port <= 65535, "smtp.port", "it is out of range", "leave it out for the usual one")
	a.want((s.User == "") == (s.Password == ""), "smtp.user", "user and password belong together", "set both or neither")
	from, err := mail.ParseAddress(s.From)
	a.want(err == nil && from.Address == s.From, "smtp.from", fmt.Sprintf("%q is no address", s.From), "the bare address, such as care@example.com")
}

func (t Twilio) validate(a *audit, key string) {
	a.want(sidRE.MatchString(t.AccountSID), key+"account_sid", "it is no account SID", "AC and 32 hexadecimal digits, from the Twilio console")
	a.want(t.AuthToken != "", key+"auth_token", "it is missing", "set it, or auth_token_file; without it no webhook can be trusted")
	a.want((t.APIKeySID == "") == (t.APIKeySecret == ""), key+"api_key_sid", "key and secret belong together", "set both or neither")
	a.want(t.BaseURL == "" || localURL(t.BaseURL), key+"base_url", "only a loopback address may replace Twilio", "leave it out")
}

// validateNumbers checks that each number belongs to one shop and to an
// account that is configured.
func (c Config) validateNumbers(a *audit) {
	accounts := map[string]bool{}
	for _, t := range c.Twilio {
		accounts[t.AccountSID] = true
	}
	seen := map[string]bool{}
	for i, s := range c.Shops {
		for j, n := range s.Numbers {
			key := fmt.Sprintf("shops[%d].numbers[%d].", i, j)
			a.want(oneOf(n.Channel, "sms", "whatsapp"), key+"channel", fmt.Sprintf("%q is no channel", n.Channel), "sms or whatsapp")
			a.want(e164RE.MatchString(n.Address), key+"address", fmt.Sprintf("%q is no phone number in E.164", n.Address), "for example +14155550100")
			a.want(!seen[n.Channel+n.Address], key+"address", "it is used twice on this channel", "a number belongs to one shop")
			seen[n.Channel+n.Address] = true
			okAccount := n.Account == "" && len(c.Twilio) == 1 || accounts[n.Account]
			a.want(okAccount, key+"account", "it names no account under twilio", "set it to an account_sid")
			a.want(n.MessagingService == "" || serviceRE.MatchString(n.MessagingService), key+"messaging_service", "it is no Messaging Service SID", "MG and 32 hexadecimal digits")
		}
	}
}

func (s Shop) validate(a *audit, key string) {
	a.want(keyRE.MatchString(s.Key), key+"key", fmt.Sprintf("%q is no key", s.Key), "lower-case letters, digits, - and _")
	a.want(s.Name != "", key+"name", "it is missing", "the name customers know the shop by")
	_, err := time.LoadLocation(s.Timezone)
	a.want(err == nil && s.Timezone != "", key+"timezone", fmt.Sprintf("%q is no time zone", s.Timezone), "an IANA name such as Europe/Berlin")
	a.want(oneOf(s.Language, languages...), key+"language", fmt.Sprintf("%q is not built in", s.Language), strings.Join(languages, ", "))
	for _, l := range s.Languages {
		a.want(oneOf(l, languages...), key+"languages", fmt.Sprintf("%q is not built in", l), strings.Join(languages, ", "))
	}
	s.validateTexts(a, key)
	a.want(countryRE.MatchString(s.Country), key+"country", fmt.Sprintf("%q is no country code", s.Country), "two capitals, such as US")
	for _, c := range s.Countries {
		a.want(countryRE.MatchString(c) || c == "*" && len(s.Countries) == 1, key+"countries", fmt.Sprintf("%q is no country code", c), "two capitals, such as US")
	}
	o := s.Orders
	a.want(o.MinDigits >= 1 && o.MaxDigits >= o.MinDigits && o.MaxDigits <= 18, key+"orders", "min_digits and max_digits do not fit", "1 ≤ min_digits ≤ max_digits ≤ 18")
	a.want(oneOf(s.Identity.Claim, "allow", "code", "deny"), key+"identity.claim", fmt.Sprintf("%q is not known", s.Identity.Claim), "allow, code or deny")
	s.Identity.validateTokens(a, key+"identity.tokens")
	l := s.Limits
	a.want(l.SenderFailures > 0 && l.OrderFailures > 0 && l.RepliesPerHour > 0, key+"limits", "each limit must be above 0", "leave them out for the defaults")
	st := s.Stalled
	a.want(st.NeverScanned > 0 && st.NoMovement > 0 && st.Unheard > 0 && st.PastEstimate > 0, key+"stalled", "each threshold must be above 0", "leave them out for the defaults")
	s.Stalled.validateRoutes(a, key+"stalled.routes")
	s.Calendar.validate(a, key+"calendar.")
	a.want(s.HandOff.FallbackAfter >= time.Minute, key+"handoff.fallback_after", "it is too short", "a minute or more; 30m is the default")
	a.want(s.StoreDownAfter >= time.Second, key+"store_down_after", "it is too short", "15m is the default")
	a.want(s.QuietAfter >= time.Hour, key+"quiet_after", "it is too short", "an hour or more; 168h is the default")
	for k, link := range map[string]string{"return_portal": s.ReturnPortal} {
		a.want(link == "" || strings.HasPrefix(link, "https://"), key+k, "it is no https link", "for example https://example.com/returns")
	}
	s.Store.validate(a, key+"store.")
	canSearch := s.Store.Kind == "shopify" || s.Store.Kind == "woocommerce"
	a.want(!s.Identity.WithoutNumber || canSearch, key+"identity.without_number", "this kind of store cannot be searched by customer", "leave it out, or false")
	s.Tracking.validate(a, key+"tracking.")
	s.Desk.validate(a, key+"desk.")
}

func (d Desk) validate(a *audit, key string) {
	a.want(oneOf(d.Kind, "inbox", "webhook"), key+"kind", fmt.Sprintf("%q is no help desk", d.Kind), "inbox or webhook")
	if d.Kind == "webhook" {
		u, err := url.Parse(d.URL)
		a.want(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())), key+"url", fmt.Sprintf("%q is no encrypted address", d.URL), "such as https://desk.example.com/wismo")
		a.want(len(d.Secret) >= 32, key+"secret", "it is shorter than 32 characters", "openssl rand -base64 48; the desk has the same")
	}
}

func (t Tracking) validate(a *audit, key string) {
	a.want(oneOf(t.Kind, "", "easypost", "aftership", "17track"), key+"kind", fmt.Sprintf("%q is no service", t.Kind), "easypost, aftership or 17track; leave it out for none")
	a.want(t.Kind == "" || t.Key != "", key+"key", "it is missing", "the service's dashboard shows it")
	a.want(t.Kind != "" || t.Key == "", key+"kind", "there is a key, but no service", "easypost, aftership or 17track")
	a.want(t.BaseURL == "" || localURL(t.BaseURL), key+"base_url", "only a loopback address may replace the service", "leave it out")
}

func (s Stalled) validateRoutes(a *audit, key string) {
	for i, r := range s.Routes {
		at := fmt.Sprintf("%s[%d]", key, i)
		a.want(r.Carrier != "" || r.Country != "", at, "it names neither carrier nor country", "give one of them, or both")
		a.want(r.Country == "" || countryRE.MatchString(r.Country), at+".country", fmt.Sprintf("%q is no country code", r.Country), "two capitals, such as US")
		some := r.NeverScanned > 0 || r.NoMovement > 0 || r.Unheard > 0 || r.PastEstimate > 0
		a.want(some && r.NeverScanned >= 0 && r.NoMovement >= 0 && r.Unheard >= 0 && r.PastEstimate >= 0, at, "it sets no threshold", "never_scanned_days, no_movement, unheard or past_estimate, above 0")
	}
}

// weekdays are the names of working days.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (c Calendar) validate(a *audit, key string) {
	for _, d := range c.WorkingDays {
		a.want(oneOf(d, weekdays...), key+"working_days", fmt.Sprintf("%q is no day", d), strings.Join(weekdays, ", "))
	}
	for _, h := range c.Holidays {
		_, once := time.Parse(time.DateOnly, h)
		_, yearly := time.Parse(time.DateOnly, "2024-"+h)
		a.want(once == nil || yearly == nil, key+"holidays", fmt.Sprintf("%q is no date", h), `"2026-12-24", or "12-25" for every year; in quotes`)
	}
}

// Weekdays are the working days, none if none are set.
func (c Calendar) Weekdays() []time.Weekday {
	var out []time.Weekday
	for _, d := range c.WorkingDays {
		if i := slices.Index(weekdays, d); i >= 0 {
			out = append(out, time.Weekday(i))
		}
	}
	return out
}

// languages are those with a wording.
var languages = []string{"de", "en", "es", "fr", "it", "nl", "pt"}

// validateTexts checks that the shop's own texts are in languages that are
// spoken. Whether a wording fits is checked where the wordings are known.
func (s Shop) validateTexts(a *audit, key string) {
	all := map[string]Texts{"answer_within": s.AnswerWithin, "opening_hours": s.OpeningHours, "shipping_policy": s.ShippingPolicy, "return_policy": s.ReturnPolicy}
	for country, t := range s.DeliveryTimes {
		a.want(countryRE.MatchString(strings.ToUpper(country)), key+"delivery_times", fmt.Sprintf("%q is no country code", country), "two capitals, such as US")
		all["delivery_times."+country] = t
	}
	for name, t := range all {
		for l := range t {
			a.want(l == "" || oneOf(l, languages...), key+name, fmt.Sprintf("%q is no language", l), "a text, or one for each of "+strings.Join(languages, ", "))
		}
	}
}

func (s Store) validate(a *audit, key string) {
	a.want(oneOf(s.Kind, "shopify", "woocommerce", "http", "sqlview"), key+"kind", fmt.Sprintf("%q is no store", s.Kind), "shopify, woocommerce, http or sqlview")
	switch s.Kind {
	case "woocommerce":
		s.validateWoo(a, key)
		return
	case "http":
		u, err := url.Parse(s.URL)
		a.want(err == nil && u.Host != "" && u.RawQuery == "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())), key+"url", fmt.Sprintf("%q is no encrypted address", s.URL), "such as https://shop.example.com/api")
		a.want(len(s.Secret) >= 32, key+"secret", "it is shorter than 32 characters", "openssl rand -base64 48; the platform has the same")
		return
	case "sqlview":
		a.want(databaseRE.MatchString(s.Database.Reveal()), key+"database", "it is no PostgreSQL URL", "postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full, of a role that may only read")
		a.want(s.View == "" || viewRE.MatchString(s.View), key+"view", fmt.Sprintf("%q is no name of a view", s.View), "wismo_orders, or shop.wismo_orders")
		return
	}
	a.want(s.Endpoint != "" || domainRE.MatchString(s.Domain), key+"domain", fmt.Sprintf("%q is no store domain", s.Domain), "the permanent one: example.myshopify.com")
	a.want(s.Endpoint == "" || localURL(s.Endpoint), key+"endpoint", "only a loopback address may replace the store", "leave it out")
	static, app := s.Token != "", s.ClientID != "" && s.ClientSecret != ""
	a.want(static != app, key+"token", "give either token, or client_id and client_secret", "apps of the Dev Dashboard have the latter")
	a.want(versionRE.MatchString(s.Version), key+"version", fmt.Sprintf("%q is no API version", s.Version), "2026-10 is the default")
}

func (s Store) validateWoo(a *audit, key string) {
	u, err := url.Parse(s.URL)
	a.want(err == nil && u.Host != "" && u.RawQuery == "" && (u.Scheme == "https" || u.Scheme == "http"), key+"url", fmt.Sprintf("%q is no address of a site", s.URL), "such as https://shop.example.com")
	a.want(err != nil || u.Scheme != "http" || s.AllowPlainHTTP || loopback(u.Hostname()), key+"url", "it is not encrypted", "https://…; or set allow_plain_http if the site really has no TLS")
	a.want(strings.HasPrefix(s.Key.Reveal(), "ck_"), key+"key", "it is no consumer key", "ck_…, from WooCommerce, Settings, Advanced, REST API")
	a.want(strings.HasPrefix(s.Secret.Reveal(), "cs_"), key+"secret", "it is no consumer secret", "cs_…, shown once when the key is made")
	for status, meaning := range s.Statuses {
		a.want(oneOf(meaning, "processing", "shipped", "delivered", "pickup", "cancelled", "held"), key+"statuses."+status, fmt.Sprintf("%q is no meaning", meaning), "processing, shipped, delivered, pickup, cancelled or held")
	}
}

func oneOf(s string, allowed ...string) bool {
	for _, a := range allowed {
		if s == a {
			return true
		}
	}
	return false
}

func localURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
