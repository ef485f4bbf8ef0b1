package twilio

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"wismo/core/message"
)

// Config describes one Twilio account.
type Config struct {
	// AccountSID is "AC" and 32 hexadecimal digits.
	AccountSID string
	// AuthTokens sign the webhooks: the primary token, and while it is being
	// rotated the secondary one too. At least one is needed, even where an API
	// key makes the calls.
	AuthTokens []string
	// APIKeySID and APIKeySecret, both or neither, make the REST calls in place
	// of the account's token.
	APIKeySID, APIKeySecret string
	// PublicURL is what Twilio reaches us by, exactly as it stands in the
	// console, without the path of the routes: "https://bot.example.com".
	PublicURL string
	// BaseURL is the REST API, empty for https://api.twilio.com. Else a
	// regional host of twilio.com, or a loopback address (the sandbox).
	BaseURL string
	// Numbers are the shops' addresses in this account.
	Numbers []Number
	// Region is the ISO 3166 code of the country in which Numbers without a
	// country code are read.
	Region string
	// Observe, if set, hears what became of every request to a route, for
	// counting. It must be quick and safe for concurrent use.
	Observe func(route RouteName, outcome Outcome)
}

// Number is one address of a shop in this account.
type Number struct {
	// Shop is the shop's key.
	Shop string
	// Channel is message.SMS or message.WhatsApp.
	Channel message.Channel
	// Address is an E.164 number, or a short code of 3 to 8 digits for SMS.
	Address string
	// MessagingServiceSID ("MG…"), if set, sends in place of the number.
	MessagingServiceSID string
}

// end is an address on a channel, as numbers are looked up by; spellings of one
// phone number (message.FoldPhone) are one end.
type end struct {
	channel message.Channel
	value   string
}

// The shapes of Twilio's identifiers, as the vendor's OpenAPI has them.
var (
	accountSID   = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID   = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	apiKeySID    = regexp.MustCompile(`^SK[0-9a-zA-Z]{8,64}$`)
	alphanumeric = regexp.MustCompile(`^[0-9a-zA-Z]+$`)
	shortCode    = regexp.MustCompile(`^[0-9]{3,8}$`)
)

const vendorURL = "https://api.twilio.com"

// check returns the base URL and the numbers by their ends, or every mistake.
func (c Config) check() (*url.URL, map[end]Number, error) {
	base, err := c.base()
	numbers, errNumbers := c.byEnd()
	err = errors.Join(c.checkAccount(), c.checkPublicURL(), err, errNumbers)
	if err != nil {
		return nil, nil, fmt.Errorf("twilio: %w", err)
	}
	return base, numbers, nil
}

func (c Config) checkAccount() error {
	var errs []error
	if !accountSID.MatchString(c.AccountSID) {
		errs = append(errs, errors.New("account_sid must be AC and 32 hexadecimal digits; copy it from the console's home page"))
	}
	if len(c.AuthTokens) == 0 {
		errs = append(errs, errors.New("auth_tokens is empty; without the auth token no webhook can be proven genuine"))
	}
	for i, token := range c.AuthTokens {
		if !alphanumeric.MatchString(token) {
			errs = append(errs, fmt.Errorf("auth_tokens[%d] must be letters and digits, and not empty", i))
		}
	}
	switch {
	case (c.APIKeySID == "") != (c.APIKeySecret == ""):
		errs = append(errs, errors.New("api_key_sid and api_key_secret go together"))
	case c.APIKeySID != "" && !(apiKeySID.MatchString(c.APIKeySID) && alphanumeric.MatchString(c.APIKeySecret)):
		errs = append(errs, errors.New("api_key_sid must begin with SK, and the secret be letters and digits"))
	}
	return errors.Join(errs...)
}

func (c Config) checkPublicURL() error {
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("public_url must be the https address that Twilio reaches, such as https://bot.example.com")
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return errors.New("public_url must have no user, query or fragment")
	default:
		return nil
	}
}

// base returns where the REST API is. Credentials go there, so it must be
// Twilio's, or this machine.
func (c Config) base() (*url.URL, error) {
	if c.BaseURL == "" {
		return url.Parse(vendorURL)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.User != nil || u.RawQuery != "" || trimSlash(u.Path) != "" {
		return nil, errors.New("base_url must be a scheme and a host only")
	}
	vendor := u.Scheme == "https" && u.Port() == "" && strings.HasSuffix(u.Hostname(), ".twilio.com")
	local := (u.Scheme == "http" || u.Scheme == "https") && isLoopback(u.Hostname())
	if !vendor && !local {
		return nil, errors.New("base_url must be empty, https on a host of twilio.com, or a loopback address")
	}
	u.Path = ""
	return u, nil
}

func (c Config) byEnd() (map[end]Number, error) {
	var errs []error
	if len(c.Numbers) == 0 {
		errs = append(errs, errors.New("numbers is empty; list the shop's numbers"))
	}
	byEnd := make(map[end]Number, len(c.Numbers))
	for i, n := range c.Numbers {
		value, err := n.canonical(c.Region)
		key := end{n.Channel, message.FoldPhone(value)}
		if _, twice := byEnd[key]; err == nil && twice {
			err = errors.New("this number stands twice on its channel")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("numbers[%d]: %w", i, err))
			continue
		}
		n.Address = value
		byEnd[key] = n
	}
	return byEnd, errors.Join(errs...)
}

// canonical checks n and returns its address in E.164, or a short code as it is.
func (n Number) canonical(region string) (string, error) {
	if n.Shop == "" {
		return "", errors.New("shop is empty")
	}
	if n.Channel != message.SMS && n.Channel != message.WhatsApp {
		return "", errors.New("channel must be sms or whatsapp")
	}
	if n.MessagingServiceSID != "" && !serviceSID.MatchString(n.MessagingServiceSID) {
		return "", errors.New("messaging_service_sid must be MG and 32 hexadecimal digits")
	}
	raw := strings.TrimPrefix(strings.TrimSpace(n.Address), whatsAppPrefix)
	if n.Channel == message.SMS && shortCode.MatchString(raw) {
		return raw, nil
	}
	value, ok := message.CanonicalPhone(raw, region)
	if !ok {
		return "", errors.New("address must be a number in E.164, such as +14155550100, or a short code")
	}
	return value, nil
}

func trimSlash(s string) string { return strings.TrimRight(s, "/") }

// isLoopback reports whether a host name is this machine, without asking DNS.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
