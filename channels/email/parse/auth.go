package parse

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Microsoft stands for Exchange Online as AuthservID: it writes
// Authentication-Results above the mail without naming itself.
const Microsoft = "microsoft"

// result is one method's result in Authentication-Results (RFC 8601, 2.2).
type result struct {
	method, value string
	props         map[string]string
}

// authentication is what the server of that name made of the address in From. Only
// what stands above the others counts: whatever came with the mail lies below. A
// result counts only for the domain in From (RFC 7489, 3.1: alignment).
func authentication(h header, from, server string) Authentication {
	_, domain, _ := strings.Cut(from, "@")
	if server == "" || domain == "" {
		return Unknown
	}
	var results []result
	for _, f := range h.byServer(server) {
		results = append(results, f...)
	}
	return verdict(results, domain)
}

// byServer are the results of the topmost fields of that server. They stand
// together: below the next hop's Received nothing is the server's own.
func (h header) byServer(server string) [][]result {
	var out [][]result
	for _, f := range h {
		switch {
		case strings.EqualFold(f.key, "Received") && len(out) > 0:
			return out
		case !strings.EqualFold(f.key, "Authentication-Results"):
			continue
		}
		id, results := parseResults(f.value)
		mine := strings.EqualFold(id, server) || server == Microsoft && id == ""
		if !mine {
			// The topmost is somebody else's: the server did not look at the mail.
			return out
		}
		out = append(out, results)
	}
	return out
}

func verdict(results []result, domain string) Authentication {
	passed, failed := false, false
	for _, r := range results {
		switch r.method {
		case "dmarc":
			if of := r.props["header.from"]; of != "" && !aligned(of, domain) {
				continue
			}
			switch r.value {
			case "pass", "bestguesspass":
				return Pass
			case "fail":
				return Fail
			}
		case "compauth":
			if r.value == "fail" {
				return Fail
			}
		case "dkim", "spf":
			if !aligned(r.domain(), domain) {
				continue
			}
			switch r.value {
			case "pass":
				passed = true
			case "fail", "softfail", "permerror", "policy":
				failed = true
			}
		}
	}
	switch {
	case passed:
		return Pass
	case failed:
		return Fail
	}
	return Unknown
}

// domain is what a dkim or spf result is about.
func (r result) domain() string {
	for _, key := range []string{"header.d", "header.i", "smtp.mailfrom", "smtp.helo"} {
		if r.method == "dkim" != strings.HasPrefix(key, "header.") {
			continue
		}
		if v := r.props[key]; v != "" {
			return v[strings.LastIndex(v, "@")+1:]
		}
	}
	return ""
}

// aligned reports whether two domains belong to one organisation.
func aligned(a, b string) bool {
	a, b = strings.ToLower(strings.TrimSuffix(a, ".")), strings.ToLower(strings.TrimSuffix(b, "."))
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	x, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	y, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && x == y
}

// parseResults reads a field's value. Comments and quoted strings are heeded: a
// sender who may choose his envelope's address may write "; dmarc=pass" into it.
func parseResults(value string) (id string, results []result) {
	for i, clause := range clauses(value) {
		if i == 0 && !strings.Contains(strings.Join(clause, " "), "=") {
			if len(clause) > 0 {
				id = clause[0]
			}
			continue
		}
		var r result
		for _, token := range clause {
			k, v, ok := strings.Cut(token, "=")
			if !ok {
				continue
			}
			k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v)
			if r.method == "" {
				k, _, _ = strings.Cut(k, "/")
				r = result{method: k, value: strings.ToLower(v), props: map[string]string{}}
			} else if _, ok := r.props[k]; !ok {
				r.props[k] = strings.ToLower(v)
			}
		}
		if r.method != "" {
			results = append(results, r)
		}
	}
	return id, results
}

// clauses cuts a value at its semicolons, and each at its blanks, without comments.
func clauses(value string) [][]string {
	var out [][]string
	var clause []string
	var token strings.Builder
	depth, quoted := 0, false
	word := func() {
		if token.Len() > 0 {
			clause = append(clause, token.String())
			token.Reset()
		}
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\' && (quoted || depth > 0) && i+1 < len(value):
			i++
			if quoted {
				token.WriteByte(value[i])
			}
		case depth > 0:
			switch c {
			case '(':
				depth++
			case ')':
				depth--
			}
		case quoted:
			if quoted = c != '"'; quoted {
				token.WriteByte(c)
			}
		case c == '"':
			quoted = true
		case c == '(':
			depth = 1
		case c == ';':
			word()
			out, clause = append(out, clause), nil
		case c == ' ' || c == '\t':
			word()
		case c == '=':
			token.WriteByte(c)
		default:
			token.WriteByte(c)
		}
	}
	word()
	return append(out, clause)
}
