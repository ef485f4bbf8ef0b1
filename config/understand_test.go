package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"wismo/config"
)

// withLLM is a configuration with that section.
func withLLM(t *testing.T, section string) (config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key"), "hush\n")
	file := filepath.Join(dir, "wismo.yaml")
	write(t, file, strings.ReplaceAll(section, "DIR", dir)+`
public_url: https://bot.example.com
twilio: [{account_sid: AC00000000000000000000000000000000, auth_token: x}]
shops: [{key: acme, name: Acme, store: {domain: acme.myshopify.com, token: shpat_x}}]
`)
	return config.Load(file, nil)
}

func TestSecondOpinionIsOffUnlessSet(t *testing.T) {
	t.Parallel()
	c, err := withLLM(t, "")
	if err != nil || c.Understand.LLM != (config.LLM{}) {
		t.Errorf("%+v, %v", c.Understand, err)
	}
}

func TestSecondOpinionIsValidated(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		section string
		wrong   string // a part of the mistake, empty for none
		local   bool
	}{
		"elsewhere":        {`understand: {llm: {url: "https://api.example.com/v1", model: small, key: x}}`, "", false},
		"key from a file":  {`understand: {llm: {url: "https://api.example.com/v1", model: small, key_file: DIR/key}}`, "", false},
		"here":             {`understand: {llm: {url: "http://127.0.0.1:11434/v1", model: small}}`, "", true},
		"no URL":           {`understand: {llm: {model: small}}`, "understand.llm.url", false},
		"no TLS":           {`understand: {llm: {url: "http://api.example.com/v1", model: small}}`, "understand.llm.url", false},
		"key in the URL":   {`understand: {llm: {url: "https://u:secret@api.example.com/v1", model: small}}`, "understand.llm.url", false},
		"query in the URL": {`understand: {llm: {url: "https://api.example.com/v1?key=secret", model: small}}`, "understand.llm.url", false},
		"no model":         {`understand: {llm: {url: "https://api.example.com/v1"}}`, "understand.llm.model", false},
		"no such file":     {`understand: {llm: {url: "https://api.example.com/v1", model: small, key_file: DIR/none}}`, "understand.llm.key_file", false},
		"misspelt":         {`understand: {llm: {url: "https://api.example.com/v1", model: small, modle: x}}`, "modle", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := withLLM(t, tt.section)
			if tt.wrong == "" {
				if err != nil || c.Understand.LLM.Local() != tt.local {
					t.Errorf("local %v, %v", c.Understand.LLM.Local(), err)
				}
				if strings.Contains(tt.section, "key_file") && c.Understand.LLM.Key.Reveal() != "hush" {
					t.Error("the key was not read")
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.wrong) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want %s", err, tt.wrong)
			}
		})
	}
}
