package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// Load reads the settings from file (none if empty), then from environ, which
// is os.Environ() outside tests, then secrets from their files. Every mistake
// is reported at once, as a Mistakes error.
func Load(file string, environ []string) (Config, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00"))
	if file != "" {
		v.SetConfigFile(file)
		v.SetConfigType("yaml")
		if err := v.ReadInConfig(); err != nil {
			return Config{}, fmt.Errorf("read the configuration %s: %w", file, err)
		}
	}
	c, wrong := decode(v.AllSettings())
	wrong = append(wrong, overlay(&c, environ)...)
	wrong = append(wrong, readSecrets(&c)...)
	for i := range c.Shops {
		for j := range c.Shops[i].Email.Mailboxes {
			c.Shops[i].Email.Mailboxes[j].fill()
		}
	}
	wrong = append(wrong, c.validate()...)
	if len(wrong) > 0 {
		return c, wrong
	}
	return c, nil
}

// decode fills a Config from what the file says, defaults below it, and names
// keys that do not exist.
func decode(settings map[string]any) (Config, Mistakes) {
	c := Default()
	if shops, ok := settings["shops"].([]any); ok {
		c.Shops = make([]Shop, len(shops))
		for i := range c.Shops {
			c.Shops[i] = DefaultShop()
		}
	}
	var wrong Mistakes
	var meta mapstructure.Metadata
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: &c, Metadata: &meta, WeaklyTypedInput: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(mapstructure.StringToTimeDurationHookFunc(), plainText),
	})
	if err == nil {
		err = d.Decode(settings)
	}
	if err != nil {
		for _, e := range flatten(err) {
			wrong = append(wrong, Mistake{Key: "configuration", Problem: e.Error(), Hint: "see the example file for the right form"})
		}
	}
	for _, key := range meta.Unused {
		wrong = append(wrong, Mistake{Key: key, Problem: "there is no such setting", Hint: "look for a typing mistake; wismo.example.yaml lists every setting"})
	}
	return c, wrong
}

// plainText lets a text that is given once stand for every language.
func plainText(_, to reflect.Type, value any) (any, error) {
	if s, ok := value.(string); ok && to == reflect.TypeFor[Texts]() {
		return Texts{"": s}, nil
	}
	return value, nil
}

func flatten(err error) []error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		var out []error
		for _, e := range many.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return []error{err}
}

// overlay lets the environment override settings: shops[0].store.token is
// WISMO_SHOPS_0_STORE_TOKEN. A variable of ours that names nothing is a
// mistake.
func overlay(c *Config, environ []string) Mistakes {
	vars := map[string]string{}
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(name, "WISMO_") && name != EnvFile && !strings.HasPrefix(name, "WISMO_TEST_") && name != "WISMO_SHARED" && name != "WISMO_DATA" {
			vars[name] = value
		}
	}
	var wrong Mistakes
	walk(reflect.ValueOf(c).Elem(), "WISMO", func(name string, field reflect.Value) {
		value, ok := vars[name]
		if !ok {
			return
		}
		delete(vars, name)
		if err := set(field, value); err != nil {
			wrong = append(wrong, Mistake{Key: name, Problem: err.Error(), Hint: "mend the environment variable"})
		}
	})
	for name := range vars {
		wrong = append(wrong, Mistake{Key: name, Problem: "this environment variable names no setting", Hint: "lists are counted from 0 and must be in the file: WISMO_SHOPS_0_NAME"})
	}
	return wrong
}

// EnvFile is the environment variable that names the configuration file.
const EnvFile = "WISMO_CONFIG"

// walk visits every leaf of the settings with the name of its variable.
func walk(v reflect.Value, name string, visit func(string, reflect.Value)) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			key := strings.ToUpper(v.Type().Field(i).Tag.Get("mapstructure"))
			walk(v.Field(i), name+"_"+key, visit)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			walk(v.Index(i), name+"_"+strconv.Itoa(i), visit)
		}
	default:
		visit(name, v)
	}
}

func set(field reflect.Value, value string) error {
	if field.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(value)
		if err != nil {
			return fmt.Errorf("%q is no duration such as 90s or 15m", value)
		}
		field.SetInt(int64(d))
		return nil
	}
	if field.Type() == reflect.TypeFor[Texts]() {
		field.Set(reflect.ValueOf(Texts{"": value}))
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(value)
	case reflect.Int:
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%q is no whole number", value)
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		field.SetBool(b)
	case reflect.Slice:
		field.Set(reflect.ValueOf(strings.Split(value, ",")))
	default:
		return fmt.Errorf("it cannot be set by the environment")
	}
	return nil
}

// readSecrets fills each secret whose *_file is set.
func readSecrets(c *Config) Mistakes {
	var wrong Mistakes
	read := func(key, file string, into *Secret) {
		if file == "" {
			return
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			wrong = append(wrong, Mistake{Key: key + "_file", Problem: err.Error(), Hint: "the file must exist and be readable for the user that runs wismo"})
			return
		}
		*into = Secret(strings.TrimSpace(string(raw)))
	}
	read("database", c.DatabaseFile, &c.Database)
	read("understand.llm.key", c.Understand.LLM.KeyFile, &c.Understand.LLM.Key)
	read("smtp.password", c.SMTP.PasswordFile, &c.SMTP.Password)
	for i := range c.Twilio {
		t, key := &c.Twilio[i], fmt.Sprintf("twilio[%d].", i)
		read(key+"auth_token", t.AuthTokenFile, &t.AuthToken)
		read(key+"old_auth_token", t.OldAuthTokenFile, &t.OldAuthToken)
		read(key+"api_key_secret", t.APIKeySecretFile, &t.APIKeySecret)
	}
	for i := range c.Shops {
		s, key := &c.Shops[i].Store, fmt.Sprintf("shops[%d].store.", i)
		read(key+"token", s.TokenFile, &s.Token)
		read(key+"client_secret", s.ClientSecretFile, &s.ClientSecret)
		read(key+"key", s.KeyFile, &s.Key)
		read(key+"secret", s.SecretFile, &s.Secret)
		read(key+"database", s.DatabaseFile, &s.Database)
		read(fmt.Sprintf("shops[%d].desk.secret", i), c.Shops[i].Desk.SecretFile, &c.Shops[i].Desk.Secret)
		tracking := &c.Shops[i].Tracking
		read(fmt.Sprintf("shops[%d].tracking.key", i), tracking.KeyFile, &tracking.Key)
		for j := range c.Shops[i].Email.Mailboxes {
			m, key := &c.Shops[i].Email.Mailboxes[j], fmt.Sprintf("shops[%d].email.mailboxes[%d].", i, j)
			read(key+"password", m.PasswordFile, &m.Password)
			read(key+"imap.password", m.IMAP.PasswordFile, &m.IMAP.Password)
			read(key+"smtp.password", m.SMTP.PasswordFile, &m.SMTP.Password)
			read(key+"oauth.client_secret", m.OAuth.ClientSecretFile, &m.OAuth.ClientSecret)
			if _, err := os.Stat(m.OAuth.RefreshTokenFile); err == nil { // `wismo login` makes it
				read(key+"oauth.refresh_token", m.OAuth.RefreshTokenFile, &m.OAuth.RefreshToken)
			}
		}
		for j := range c.Shops[i].Identity.Tokens {
			k, key := &c.Shops[i].Identity.Tokens[j], fmt.Sprintf("shops[%d].identity.tokens[%d].", i, j)
			read(key+"key", k.KeyFile, &k.Key)
			public := Secret(k.PublicKey)
			read(key+"public_key", k.PublicKeyFile, &public)
			k.PublicKey = public.Reveal()
		}
	}
	return wrong
}
