package config

import (
	"fmt"
	"net/url"
)

// Understand is how texts are understood.
type Understand struct {
	// LLM gives a second opinion; none if its URL is empty.
	LLM LLM `mapstructure:"llm"`
}

// LLM is a language model at an endpoint that speaks OpenAI's chat completions.
type LLM struct {
	// URL is the endpoint's base: "https://api.openai.com/v1", or http on this
	// machine. Private networks are not called.
	URL string `mapstructure:"url"`
	// Model is the model's name at the endpoint.
	Model string `mapstructure:"model"`
	// Key is the bearer token, empty where none is needed.
	Key Secret `mapstructure:"key"`
	// KeyFile holds Key instead.
	KeyFile string `mapstructure:"key_file"`
}

// Local reports whether the endpoint is on this machine.
func (l LLM) Local() bool { return localURL(l.URL) }

func (u Understand) validate(a *audit) {
	l := u.LLM
	if l == (LLM{}) {
		return
	}
	a.want(endpoint(l.URL), "understand.llm.url", fmt.Sprintf("%q is no endpoint", masked(l.URL)), "the base without /chat/completions, such as https://api.openai.com/v1; http on this machine only")
	a.want(l.Model != "", "understand.llm.model", "it is missing", "a name that the endpoint knows")
}

// endpoint reports whether raw is the base of an API: https, or http on this
// machine, with nothing but a host and a path.
func endpoint(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
}

// masked is a URL without what may be secret in it.
func masked(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "***"
	}
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}
