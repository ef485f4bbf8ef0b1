package reply_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/sms"
)

// catalogue reads the wording of a language, every key with its plural forms.
func catalogue(t *testing.T, language string) map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("wording", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	texts := map[string]map[string]string{}
	for key, raw := range entries {
		var one string
		forms := map[string]string{}
		if json.Unmarshal(raw, &one) == nil {
			forms["other"] = one
		} else if err := json.Unmarshal(raw, &forms); err != nil {
			t.Fatalf("%s.%s: %v", language, key, err)
		}
		texts[key] = forms
	}
	return texts
}

// base is a key without the channel of a variant.
func base(key string) string {
	k, variant, _ := strings.Cut(key, ".")
	if variant != "" && !message.Channel(variant).Valid() {
		return key
	}
	return k
}

// literals returns every string in the Go files of a folder, tests apart, and
// those of them that are handed to a function or field that takes a key.
func literals(t *testing.T, dir string) (all, keys map[string]bool) {
	t.Helper()
	all, keys = map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", dir, err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				all[text(n)] = true
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "say" || sel.Sel.Name == "sayRanked" || sel.Sel.Name == "miss") {
					keys[text(n.Args[0])] = true
				}
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "handOff" {
					keys[text(n.Args[len(n.Args)-1])] = true
				}
			case *ast.KeyValueExpr:
				if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Key" {
					keys[text(n.Value)] = true
				}
			}
			return true
		})
	}
	delete(keys, "")
	return all, keys
}

// text is the value of a string literal, "" of anything else.
func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// built are the keys that are put together and stand nowhere as a whole: the
// statuses of parcels that are told, and the holds that may be named.
func built() []string {
	keys := []string{"on_hold_" + string(order.HoldAddress), "on_hold_" + string(order.HoldPayment), "on_hold_" + string(order.HoldInventory)}
	for _, s := range []order.FulfillmentStatus{
		order.LabelCreated, order.Shipped, order.InTransit, order.OutForDelivery, order.AttemptedDelivery, order.ReadyForPickup, order.PickedUp,
		order.Delivered, order.Delayed, order.NotDelivered, order.Failure, order.Returning, order.StatusUnknown,
	} {
		keys = append(keys, string(s))
	}
	return keys
}

func TestEveryKeyIsWordedAndUsed(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, "en")
	used := map[string]bool{}
	for _, k := range built() {
		used[k] = true
	}
	for _, dir := range []string{".", "../resolver", "../bot"} {
		all, keys := literals(t, dir)
		for k := range all {
			used[k] = true
		}
		for k := range keys {
			if _, ok := texts[k]; !ok {
				t.Errorf("%s says %q, which has no wording", dir, k)
			}
		}
	}
	for _, k := range built() {
		if _, ok := texts[k]; !ok {
			t.Errorf("%q has no wording", k)
		}
	}
	for k := range texts {
		if !used[base(k)] {
			t.Errorf("nobody says %q", k)
		}
		if _, ok := texts[base(k)]; !ok {
			t.Errorf("%q is a variant of nothing", k)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{(?:if |else if )?\.(\w+)\}\}`)

// tokens of the templates that are no placeholders.
var control = regexp.MustCompile(`\{\{(?:else|end)\}\}`)

// mentioned are the placeholders of all forms of a key.
func mentioned(forms map[string]string) []string {
	found := map[string]bool{}
	for _, form := range forms {
		for _, m := range placeholder.FindAllStringSubmatch(form, -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestPlaceholdersAreKnown(t *testing.T) {
	t.Parallel()
	known := " Shop Order Ref What Carrier Place Link At Due Text Within Number Count "
	for _, language := range reply.Languages() {
		for key, forms := range catalogue(t, language) {
			for _, name := range mentioned(forms) {
				if !strings.Contains(known, " "+name+" ") {
					t.Errorf("%s.%s: nobody fills {{.%s}}", language, key, name)
				}
			}
			for _, form := range forms {
				if rest := control.ReplaceAllString(placeholder.ReplaceAllString(form, ""), ""); strings.Contains(rest, "{{") {
					t.Errorf("%s.%s: %q is more than a wording should do", language, key, rest)
				}
			}
		}
	}
}

// Every language says everything, with the same facts, in every plural form
// that it has (CLDR 47: "many" in French, Spanish, Italian and Portuguese).
func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	english := catalogue(t, "en")
	forms := map[string]string{"en": "one other", "de": "one other", "nl": "one other", "fr": "many one other", "es": "many one other", "it": "many one other", "pt": "many one other"}
	for _, language := range reply.Languages() {
		texts := catalogue(t, language)
		for key := range english {
			if texts[key] == nil {
				t.Errorf("%s does not say %q", language, key)
			}
		}
		for key, have := range texts {
			if english[key] == nil {
				t.Errorf("only %s says %q", language, key)
			}
			if got, want := mentioned(have), mentioned(english[key]); !slices.Equal(got, want) {
				t.Errorf("%s.%s mentions %v, English %v", language, key, got, want)
			}
			if got := strings.Join(slices.Sorted(maps.Keys(have)), " "); len(have) > 1 && got != forms[language] {
				t.Errorf("%s.%s has the forms %q, want %q", language, key, got, forms[language])
			}
		}
	}
}

// full has every fact.
func full() reply.Facts {
	return reply.Facts{
		Order: "#10012345", Ref: "10012345", Carrier: "UPS", Place: "San Francisco", Link: "https://www.ups.com/track?tracknum=1Z999AA10123456784",
		At: noon.AddDate(-1, 0, 0), Due: noon.AddDate(0, 0, 2), HasTime: true, Count: 3, Text: "help@example.com",
	}
}

// Each wording on its own, with every fact and with none, reads as it should.
func TestTone(t *testing.T) {
	t.Parallel()
	for _, language := range reply.Languages() {
		for key := range catalogue(t, language) {
			if strings.HasPrefix(key, "subject_") || key != base(key) {
				continue
			}
			few := reply.Facts{Order: "#1", Ref: "1", Text: "x", Link: "https://a.example.com", Due: noon, Count: 1}
			if key == "cancelled" || key == "no_news" {
				few.At = noon
			}
			for _, facts := range []reply.Facts{full(), few} {
				for _, c := range message.Channels() {
					text := sayIn(t, language, c, reply.Part{Key: key, Facts: facts})
					if why := wrong(text, c, key == "code_mail"); why != "" {
						t.Errorf("%s.%s by %s %s: %q", language, key, c, why, text)
					}
				}
			}
		}
	}
}

func sayIn(t *testing.T, language string, c message.Channel, parts ...reply.Part) string {
	t.Helper()
	text, err := voice(t).Say(acme(), c, language, parts, noon)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wrong says what is amiss with a text, "" if nothing is. What is only ever
// mailed may be long.
func wrong(text string, c message.Channel, mailed bool) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "is empty"
	case strings.ContainsAny(text, "!¡"):
		return "shouts"
	case strings.Contains(text, "  ") || strings.Contains(text, " .") || strings.Contains(text, "..") || strings.Contains(text, "<no value>") || strings.Contains(text, " ,"):
		return "has a gap"
	case c == message.SMS && !mailed && sms.Count(text).Segments > 2:
		return "is longer than two segments"
	case c == message.SMS && !mailed && sms.Count(text).Encoding != sms.GSM7:
		return "leaves GSM-7"
	}
	return ""
}

// parcelKeys are the keys that tell where a parcel is.
func parcelKeys() []string { return built()[3:] }

// An answer about one parcel takes two segments at most with a carrier's long
// link and the line that a machine answers, and one with a short link.
func TestParcelAnswersAreShort(t *testing.T) {
	t.Parallel()
	for _, language := range reply.Languages() {
		for _, key := range parcelKeys() {
			f := full()
			f.At, f.HasTime = noon.AddDate(0, 0, -1), key == string(order.InTransit) || key == string(order.OutForDelivery)
			if !f.HasTime {
				f.Place = ""
			}
			parts := []reply.Part{{Key: key, Facts: f}}
			if key == string(order.InTransit) || key == string(order.Shipped) || key == string(order.Delayed) {
				parts = append(parts, reply.Part{Key: "expected", Facts: f})
			}
			link := reply.Part{Key: "link", Facts: f}
			long := sayIn(t, language, message.SMS, append([]reply.Part{{Key: "intro"}}, append(parts, link)...)...)
			if n := sms.Count(long); n.Segments > 2 || n.Encoding != sms.GSM7 {
				t.Errorf("%s.%s takes %d segments of %v: %q", language, key, n.Segments, n.Encoding, long)
			}
			link.Facts.Link = "https://acme.example/t/Xk3"
			short := sayIn(t, language, message.SMS, append(parts, link)...)
			if n := sms.Count(short); n.Segments > 1 {
				t.Errorf("%s.%s takes %d segments with a short link: %q", language, key, n.Segments, short)
			}
		}
	}
}

// The golden files hold every text as a customer reads it.
// UPDATE_GOLDEN=1 go test ./core/reply writes them anew.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, language := range reply.Languages() {
		var b strings.Builder
		texts := catalogue(t, language)
		for _, key := range slices.Sorted(maps.Keys(texts)) {
			if strings.HasPrefix(key, "subject_") || key != base(key) {
				continue
			}
			fmt.Fprintf(&b, "%s\n", key)
			for _, c := range message.Channels() {
				fmt.Fprintf(&b, "  %-9s %s\n", c, strings.ReplaceAll(sayIn(t, language, c, reply.Part{Key: key, Facts: full()}), "\n", " / "))
			}
			if len(texts[key]) > 1 {
				one := full()
				one.Count = 1
				fmt.Fprintf(&b, "  one       %s\n", sayIn(t, language, message.Email, reply.Part{Key: key, Facts: one}))
			}
		}
		file := filepath.Join("testdata", language+".golden")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s does not hold what is said; read the difference after UPDATE_GOLDEN=1 go test ./core/reply", file)
		}
	}
}
