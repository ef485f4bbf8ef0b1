package reply_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/reply"
	"wismo/core/sms"
)

// catalogue reads the wording of a language.
func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("wording", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
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

func TestPlaceholdersAreKnown(t *testing.T) {
	t.Parallel()
	known := " Shop Order Ref What Carrier Place Link At Due Text Within Number Count "
	for key, wording := range catalogue(t, "en") {
		for _, m := range placeholder.FindAllStringSubmatch(wording, -1) {
			if !strings.Contains(known, " "+m[1]+" ") {
				t.Errorf("%s: nobody fills {{.%s}}", key, m[1])
			}
		}
		if rest := control.ReplaceAllString(placeholder.ReplaceAllString(wording, ""), ""); strings.Contains(rest, "{{") {
			t.Errorf("%s: %q is more than a wording should do", key, rest)
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
	for key := range catalogue(t, "en") {
		if strings.HasPrefix(key, "subject_") || key != base(key) {
			continue
		}
		few := reply.Facts{Order: "#1", Ref: "1", Text: "x", Link: "https://a.example.com", Due: noon}
		if key == "cancelled" {
			few.At = noon
		}
		for _, facts := range []reply.Facts{full(), few} {
			for _, c := range message.Channels() {
				text := say(t, acme(), c, noon, reply.Part{Key: key, Facts: facts})
				switch {
				case strings.TrimSpace(text) == "":
					t.Errorf("%s by %s is empty", key, c)
				case strings.Contains(text, "!"):
					t.Errorf("%s by %s shouts: %q", key, c, text)
				case strings.Contains(text, "  ") || strings.Contains(text, " .") || strings.Contains(text, "..") || strings.Contains(text, "<no value>"):
					t.Errorf("%s by %s has a gap: %q", key, c, text)
				case c == message.SMS && sms.Count(text).Segments > 2:
					t.Errorf("%s takes %d segments: %q", key, sms.Count(text).Segments, text)
				case c == message.SMS && sms.Count(text).Encoding != sms.GSM7:
					t.Errorf("%s leaves GSM-7: %q", key, text)
				}
			}
		}
	}
}
