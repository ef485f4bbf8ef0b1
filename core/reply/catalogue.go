package reply

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"wismo/core/message"
	"wismo/core/shop"
)

//go:embed wording/*.json
var wording embed.FS

// English is the language that every fallback ends with.
const English = "en"

// Languages are those with a wording of their own, in alphabetical order.
func Languages() []string { return []string{"de", "en", "es", "fr", "it", "nl", "pt"} }

// Voice speaks for the shops. It is safe for use by many goroutines.
type Voice struct {
	common map[string]tongue
	// shops have wordings of their own, by key.
	shops map[string]map[string]tongue
}

// tongue is one language's catalogue.
type tongue struct {
	language string
	speaker  *i18n.Localizer
	// texts are the forms of each key by plural category; "other" alone for
	// what does not count.
	texts texts
}

type texts map[string]map[string]string

// New reads the catalogues and the shops' own wordings over them. An error
// names shop, language and key.
func New(shops ...shop.Shop) (*Voice, error) {
	common := map[string]texts{}
	for _, l := range Languages() {
		t, err := read(l)
		if err != nil {
			return nil, fmt.Errorf("wording of %s: %w", l, err)
		}
		common[l] = t
	}
	v := &Voice{shops: map[string]map[string]tongue{}}
	var err error
	if v.common, err = tongues(common); err != nil {
		return nil, err
	}
	for _, s := range shops {
		if len(s.Wording) == 0 && len(s.AnswerWithin) == 0 {
			continue
		}
		own, err := override(common, s)
		if err != nil {
			return nil, fmt.Errorf("wording of shop %s: %w", s.Key, err)
		}
		if v.shops[s.Key], err = tongues(own); err != nil {
			return nil, fmt.Errorf("wording of shop %s: %w", s.Key, err)
		}
	}
	return v, nil
}

// read returns a language's texts as the file holds them.
func read(language string) (texts, error) {
	raw, err := wording.ReadFile("wording/" + language + ".json")
	if err != nil {
		return nil, err
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, err
	}
	out := texts{}
	for key, raw := range entries {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			out[key] = map[string]string{"other": text}
			continue
		}
		var forms map[string]string
		if err := json.Unmarshal(raw, &forms); err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
		out[key] = forms
	}
	return out, nil
}

// override lays a shop's own wording over the common one.
func override(common map[string]texts, s shop.Shop) (map[string]texts, error) {
	own := map[string]texts{}
	for l, t := range common {
		own[l] = maps.Clone(t)
		if within := s.AnswerWithin.In(l); within != "" && (l == s.Language || s.AnswerWithin[l] != "") {
			own[l]["within"] = map[string]string{"other": within}
		}
	}
	for l, wording := range s.Wording {
		if own[l] == nil {
			return nil, fmt.Errorf("there is no language %q; there are %s", l, strings.Join(Languages(), ", "))
		}
		for key, text := range wording {
			before, ok := common[l][key]
			if !ok {
				return nil, fmt.Errorf("%s.%s: nothing of that name is ever said; core/reply/wording/en.json lists the names", l, key)
			}
			if err := fits(before, text); err != nil {
				return nil, fmt.Errorf("%s.%s: %w", l, key, err)
			}
			own[l][key] = map[string]string{"other": text}
		}
	}
	return own, nil
}

var placeholder = regexp.MustCompile(`\{\{[^}]*?\.(\w+)[^}]*\}\}`)

// placeholders are the facts that a text mentions.
func placeholders(text string) map[string]bool {
	found := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return found
}

// fits reports whether a shop's text may stand for the built-in one: it
// mentions nothing that is not filled there, and loses no link.
func fits(before map[string]string, text string) error {
	known := map[string]bool{"Shop": true}
	for _, form := range before {
		maps.Copy(known, placeholders(form))
	}
	mentions := placeholders(text)
	for name := range mentions {
		if !known[name] {
			return fmt.Errorf("{{.%s}} is not known here; there are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	if known["Link"] && !mentions["Link"] {
		return fmt.Errorf("{{.Link}} is missing")
	}
	return nil
}

// tongues compiles catalogues.
func tongues(all map[string]texts) (map[string]tongue, error) {
	bundle := i18n.NewBundle(language.English)
	for l, t := range all {
		tag, err := language.Parse(l)
		if err != nil {
			return nil, err
		}
		for key, forms := range t {
			m, err := i18n.NewMessage(forms)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", l, key, err)
			}
			m.ID = key
			if err := bundle.AddMessages(tag, m); err != nil {
				return nil, fmt.Errorf("%s.%s: %w", l, key, err)
			}
		}
	}
	out := map[string]tongue{}
	for l, t := range all {
		out[l] = tongue{l, i18n.NewLocalizer(bundle, l), t}
	}
	for l, t := range out {
		for key := range t.texts {
			if _, err := t.say(key, "", words{}); err != nil {
				return nil, fmt.Errorf("%s.%s: %w", l, key, err)
			}
		}
	}
	return out, nil
}

// tongue is the wording to use for a shop's customer.
func (v *Voice) tongue(s shop.Shop, language string) tongue {
	all := v.common
	if own, ok := v.shops[s.Key]; ok {
		all = own
	}
	for _, l := range []string{language, s.Language} {
		if t, ok := all[l]; ok {
			return t
		}
	}
	return all[English]
}

// say words a key, in the channel's variant if there is one.
func (t tongue) say(key string, c message.Channel, w words) (string, error) {
	if _, ok := t.texts[key+"."+string(c)]; ok {
		key += "." + string(c)
	}
	forms, ok := t.texts[key]
	if !ok {
		return "", fmt.Errorf("no wording for %q in %s", key, t.language)
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: w}
	if len(forms) > 1 {
		config.PluralCount = w.Count
	}
	text, err := t.speaker.Localize(config)
	if err != nil {
		return "", fmt.Errorf("wording %q in %s: %w", key, t.language, err)
	}
	return text, nil
}
