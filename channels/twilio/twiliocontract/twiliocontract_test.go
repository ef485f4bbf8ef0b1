package twiliocontract_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"wismo/channels/twilio/twiliocontract"
)

const account = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef"

func TestValidator(t *testing.T) {
	t.Parallel()
	validate := twiliocontract.Validator(t)
	for _, tt := range []struct {
		name, method, target, form string
		anonymous, wrong           bool
	}{
		{name: "a send", method: "POST", target: account + "/Messages.json", form: "To=%2B14155550101&From=%2B14155550100&Body=hi"},
		{name: "a list", method: "GET", target: account + "/Messages.json?To=%2B14155550101&DateSent%3E=2026-11-22T00:00:00Z&PageSize=50"},
		{name: "media", method: "GET", target: account + "/Messages/MM0123456789abcdef0123456789abcdef/Media.json"},
		{name: "numbers", method: "GET", target: account + "/IncomingPhoneNumbers.json?PhoneNumber=%2B14155550100"},
		{name: "an account", method: "GET", target: account + ".json"},
		{name: "no credentials", method: "GET", target: account + ".json", anonymous: true, wrong: true},
		{name: "no such path", method: "GET", target: account + "/Mesages.json", wrong: true},
		{name: "a page too large", method: "GET", target: account + "/Messages.json?PageSize=5000", wrong: true},
		{name: "a date that is none", method: "GET", target: account + "/Messages.json?DateSent%3E=yesterday", wrong: true},
		{name: "no recipient", method: "POST", target: account + "/Messages.json", form: "Body=hi", wrong: true},
		{name: "an account that is none", method: "GET", target: "/2010-04-01/Accounts/AC12.json", wrong: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tt.method, "http://127.0.0.1:9"+tt.target, strings.NewReader(tt.form))
			if tt.form != "" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if !tt.anonymous {
				r.SetBasicAuth("AC0123456789abcdef0123456789abcdef", "secret")
			}
			form, _ := url.ParseQuery(tt.form)
			if err := validate(r, form); (err != nil) != tt.wrong {
				t.Errorf("wrong = %v, want %v: %v", err != nil, tt.wrong, err)
			}
		})
	}
}
