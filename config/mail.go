package config

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Email is how a shop answers mail.
type Email struct {
	// Unauthenticated is what is done about a mail of whose sender the mail server
	// says nothing: answer, code or handoff.
	Unauthenticated string    `mapstructure:"unauthenticated"`
	Mailboxes       []Mailbox `mapstructure:"mailboxes"`
}

// Mailbox is one that customers write to.
type Mailbox struct {
	// Address is the one from which replies come, Also others that lead here.
	Address string     `mapstructure:"address"`
	Also    []string   `mapstructure:"also"`
	IMAP    MailServer `mapstructure:"imap"`
	SMTP    MailServer `mapstructure:"smtp"`
	// User signs in at both servers, the address if left out; with Password or
	// OAuth.
	User         string `mapstructure:"user"`
	Password     Secret `mapstructure:"password"`
	PasswordFile string `mapstructure:"password_file"`
	OAuth        OAuth  `mapstructure:"oauth"`
	// Folders that are read, INBOX if left out; of the first the server tells at
	// once.
	Folders []string `mapstructure:"folders"`
	// Sent is the folder of sent mail, that which the server marks if left out.
	Sent string `mapstructure:"sent"`
	// FileSent files replies there, for servers that do not by themselves.
	FileSent bool `mapstructure:"file_sent"`
	// MoveAnsweredTo is a folder for answered mail.
	MoveAnsweredTo string `mapstructure:"move_answered_to"`
	// AuthservID is the name of the mail server in Authentication-Results.
	AuthservID string `mapstructure:"authserv_id"`
	// MaxAge is how old a mail may be when a folder is read for the first time.
	MaxAge    time.Duration `mapstructure:"max_age"`
	Signature string        `mapstructure:"signature"`
}

// MailServer is where mail is read or handed over.
type MailServer struct {
	Host string `mapstructure:"host"`
	// Port, 0 for the usual one of Security: tls, starttls, or none (loopback only).
	Port     int    `mapstructure:"port"`
	Security string `mapstructure:"security"`
	// User and Password are this server's own, if it has others than the mailbox.
	User         string `mapstructure:"user"`
	Password     Secret `mapstructure:"password"`
	PasswordFile string `mapstructure:"password_file"`
}

// OAuth is how access tokens are had.
type OAuth struct {
	// Provider is google or microsoft: it sets the addresses and scopes below.
	Provider string `mapstructure:"provider"`
	// Tenant is Microsoft's directory, by id or domain.
	Tenant           string `mapstructure:"tenant"`
	ClientID         string `mapstructure:"client_id"`
	ClientSecret     Secret `mapstructure:"client_secret"`
	ClientSecretFile string `mapstructure:"client_secret_file"`
	// RefreshToken is what `wismo login` writes; without, the application signs in
	// as itself.
	RefreshToken     Secret   `mapstructure:"refresh_token"`
	RefreshTokenFile string   `mapstructure:"refresh_token_file"`
	TokenURL         string   `mapstructure:"token_url"`
	DeviceURL        string   `mapstructure:"device_url"`
	Scopes           []string `mapstructure:"scopes"`
}

// Used reports whether tokens are used at all.
func (o OAuth) Used() bool { return o.ClientID != "" }

// fill sets what was left out.
func (m *Mailbox) fill() {
	or := func(s *string, def string) {
		if *s == "" {
			*s = def
		}
	}
	or(&m.User, m.Address)
	or(&m.IMAP.Security, "tls")
	or(&m.SMTP.Security, "starttls")
	if len(m.Folders) == 0 {
		m.Folders = []string{"INBOX"}
	}
	if m.MaxAge == 0 {
		m.MaxAge = 24 * time.Hour
	}
	m.OAuth.fill()
}

// fill sets what a provider's own pages say: learn.microsoft.com, "Authenticate an
// IMAP, POP or SMTP connection using OAuth"; developers.google.com, "Using OAuth 2.0
// to Access Google APIs" and "IMAP, POP, and SMTP".
func (o *OAuth) fill() {
	token, device, scopes := "", "", []string(nil)
	switch o.Provider {
	case "google":
		token, device, scopes = "https://oauth2.googleapis.com/token", "https://oauth2.googleapis.com/device/code", []string{"https://mail.google.com/"}
	case "microsoft":
		base := "https://login.microsoftonline.com/" + o.Tenant + "/oauth2/v2.0/"
		token, device, scopes = base+"token", base+"devicecode", []string{"https://outlook.office365.com/.default"}
		if o.RefreshTokenFile != "" || o.RefreshToken != "" {
			scopes = []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"}
		}
	}
	if o.TokenURL == "" {
		o.TokenURL = token
	}
	if o.DeviceURL == "" {
		o.DeviceURL = device
	}
	if len(o.Scopes) == 0 {
		o.Scopes = scopes
	}
}

// validateMail checks every mailbox, and that each address leads to one.
func (c Config) validateMail(a *audit) {
	seen := map[string]bool{}
	for i, s := range c.Shops {
		key := fmt.Sprintf("shops[%d].email.", i)
		a.want(oneOf(s.Email.Unauthenticated, "answer", "code", "handoff"), key+"unauthenticated", fmt.Sprintf("%q is not known", s.Email.Unauthenticated), "answer, code or handoff")
		for j, m := range s.Email.Mailboxes {
			key := fmt.Sprintf("%smailboxes[%d].", key, j)
			m.validate(a, key)
			for _, address := range append([]string{m.Address}, m.Also...) {
				a.want(!seen[address], key+"address", fmt.Sprintf("%q is used twice", address), "an address leads to one mailbox")
				seen[address] = true
			}
		}
	}
}

func (m Mailbox) validate(a *audit, key string) {
	for _, address := range append([]string{m.Address}, m.Also...) {
		parsed, err := mail.ParseAddress(address)
		a.want(err == nil && parsed.Address == address && address == strings.ToLower(address), key+"address", fmt.Sprintf("%q is no address", address), "the bare address in small letters, such as care@example.com")
	}
	m.IMAP.validate(a, key+"imap.")
	m.SMTP.validate(a, key+"smtp.")
	// A file that cannot be read is a mistake of its own.
	a.want((m.Password != "" || m.PasswordFile != "") != m.OAuth.Used(), key+"password", "give either password or oauth", "an app password, or oauth where the provider takes no password")
	a.want(m.MaxAge >= 0 && m.MaxAge <= 90*24*time.Hour, key+"max_age", "it is out of range", "up to 2160h; 24h is the default")
	if m.OAuth.Used() {
		o := m.OAuth
		a.want(oneOf(o.Provider, "", "google", "microsoft"), key+"oauth.provider", fmt.Sprintf("%q is not known", o.Provider), "google or microsoft, or token_url and scopes of your own")
		a.want(o.Provider != "microsoft" || o.Tenant != "", key+"oauth.tenant", "it is missing", "the directory's id or domain, from Entra's overview page")
		a.want(strings.HasPrefix(o.TokenURL, "https://") || localURL(o.TokenURL), key+"oauth.token_url", "it is no https address", "set provider, or the address at which tokens are given")
		a.want(o.Provider != "google" || o.RefreshToken != "" || o.RefreshTokenFile != "", key+"oauth.refresh_token", "it is missing", "Google gives applications no mailbox of their own right")
	}
}

func (s MailServer) validate(a *audit, key string) {
	a.want(s.Host != "", key+"host", "it is missing", "the server's name, such as mail.example.com")
	a.want(oneOf(s.Security, "tls", "starttls", "none"), key+"security", fmt.Sprintf("%q is not known", s.Security), "tls, starttls, or none on loopback")
	a.want(s.Security != "none" || loopback(s.Host), key+"security", "without encryption neither mail nor password may leave this machine", "tls or starttls")
	a.want(s.Port >= 0 && s.Port <= 65535, key+"port", "it is out of range", "leave it out for the usual one")
	a.want((s.User == "") == (s.Password == ""), key+"user", "user and password belong together", "set both or neither")
}
