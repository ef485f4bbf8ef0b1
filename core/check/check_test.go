package check_test

import (
	"strings"
	"testing"

	"wismo/core/check"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		findings []check.Finding
		ok       bool
		want     string
	}{
		"all well": {[]check.Finding{{Name: "database", Level: check.OK, Detail: "it answers", Hint: "not shown"}}, true, "ok    database: it answers\n"},
		"warning":  {[]check.Finding{{Name: "version", Level: check.Warning, Detail: "ends soon", Hint: "raise it"}}, true, "warn  version: ends soon\n      raise it\n"},
		"failure":  {[]check.Finding{{Name: "token", Level: check.Failed, Detail: "refused", Hint: "renew it"}}, false, "FAIL  token: refused\n      renew it\n"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			ok, err := check.Write(&b, c.findings)
			if err != nil || ok != c.ok || b.String() != c.want {
				t.Errorf("ok %v, error %v, printed %q", ok, err, b.String())
			}
		})
	}
}
