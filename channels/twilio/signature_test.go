package twilio

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wismo/channels/twilio/twiliocontract"
)

type vector struct {
	Name      string
	URL       string
	Params    map[string]any
	Body      string
	Signature string
}

func (v vector) form() url.Values {
	form := make(url.Values)
	for key, value := range v.Params {
		switch value := value.(type) {
		case string:
			form.Add(key, value)
		case []any:
			for _, one := range value {
				form.Add(key, one.(string))
			}
		}
	}
	return form
}

type vectors struct {
	AuthToken string `json:"auth_token"`
	Valid     []vector
	Invalid   []vector
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(twiliocontract.Dir(t), "signature_vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Valid) < 11 || len(v.Invalid) < 2 {
		t.Fatalf("%d valid and %d invalid vectors", len(v.Valid), len(v.Invalid))
	}
	return v
}

func TestGenuineVectors(t *testing.T) {
	t.Parallel()
	all := readVectors(t)
	for _, v := range all.Valid {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			form := v.form()
			for name, tokens := range map[string][]string{
				"primary": {all.AuthToken}, "secondary": {"another", all.AuthToken}, "while rotating": {all.AuthToken, "another"},
			} {
				if !genuine(tokens, v.Signature, v.URL, []byte(v.Body), form) {
					t.Errorf("%s token: not genuine", name)
				}
			}
			for name, forged := range map[string]bool{
				"another token":       genuine([]string{"another"}, v.Signature, v.URL, []byte(v.Body), form),
				"no token":            genuine(nil, v.Signature, v.URL, []byte(v.Body), form),
				"an empty token":      genuine([]string{""}, v.Signature, v.URL, []byte(v.Body), form),
				"another host":        genuine([]string{all.AuthToken}, v.Signature, strings.Replace(v.URL, "mycompany", "yourcompany", 1), []byte(v.Body), form),
				"another query":       genuine([]string{all.AuthToken}, v.Signature, v.URL+"&x=1", []byte(v.Body), form),
				"no signature":        genuine([]string{all.AuthToken}, "", v.URL, []byte(v.Body), form),
				"a longer signature":  genuine([]string{all.AuthToken}, v.Signature+"=", v.URL, []byte(v.Body), form),
				"a changed parameter": genuine([]string{all.AuthToken}, v.Signature, v.URL, []byte(v.Body+" "), changed(form)),
			} {
				if forged {
					t.Errorf("%s: genuine", name)
				}
			}
		})
	}
	for _, v := range all.Invalid {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			if genuine([]string{all.AuthToken}, v.Signature, v.URL, []byte(v.Body), v.form()) {
				t.Error("genuine")
			}
		})
	}
}

func changed(form url.Values) url.Values {
	out := url.Values{"Extra": {"1"}}
	for key, value := range form {
		out[key] = value
	}
	return out
}

// An empty token makes a signature that anybody can make.
func TestEmptyTokenProvesNothing(t *testing.T) {
	t.Parallel()
	form := url.Values{"Body": {"hi"}}
	made := sign("", "https://bot.example.com/x"+signedForm(form))
	if genuine([]string{"", ""}, made, "https://bot.example.com/x", nil, form) {
		t.Error("a signature made with no token is genuine")
	}
}

func TestPortVariants(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/p?q=1":       "https://a.example:443/p?q=1",
		"http://a.example/p":            "http://a.example:80/p",
		"https://a.example:8443/p":      "https://a.example/p",
		"https://[2001:db8::1]:8443/p":  "https://[2001:db8::1]/p",
		"https://[2001:db8::1]/p":       "https://[2001:db8::1]:443/p",
		"http://a.example:80/a.example": "http://a.example/a.example",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := portVariants(u, address); got[0] != address || got[1] != want {
			t.Errorf("portVariants(%s) = %q, want %s", address, got, want)
		}
	}
}
