package understand

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"ASCII", "Order #1001!", "order #1001!"},
		{"accents", "Où est la Commande déjà payée", "ou est la commande deja payee"},
		{"sharp s", "Straße", "strase"},
		{"combining accent", "numéro", "numero"},
		{"ordinal signs", "nº n° 25°", "no no 25\x01"},
		{"numero sign", "№1001", "no1001"},
		{"full width", "１００１ＡＢ", "1001ab"},
		{"Arabic digits", "١٠٠١", "1001"},
		{"Devanagari digits", "१००१", "1001"},
		{"bold digits", "𝟏𝟎𝟎𝟏", "1001"},
		{"key caps", "1️⃣0️⃣", "10"},
		{"dashes", "1–2—3−4", "1-2-3-4"},
		{"quotes", "’“«", "'\"\""},
		{"currencies", "€£¥", "$$$"},
		{"invisible", "1\u200b0\u202e0\ufeff1", "1001"},
		{"blanks", "1\u00a02\t3\u20034", "1 2 3 4"},
		{"lines", "1\r\n2", "1 \n2"},
		{"control characters", "1\x002", "1 2"},
		{"another script", "заказ 1", "\x02\x02\x02\x02\x02 1"},
		{"emoji", "📦1", "\x011"},
		{"broken bytes", "\xff1", "\x011"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := fold(tt.text)
			if string(f.b) != tt.want {
				t.Errorf("fold(%q) = %q, want %q", tt.text, f.b, tt.want)
			}
			for i := range f.b {
				start, end := f.start(int32(i)), f.end(int32(i+1))
				if start < 0 || start >= end || end > len(tt.text) {
					t.Errorf("byte %d of %q comes from %d to %d", i, f.b, start, end)
				}
			}
		})
	}
}

func TestCues(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]cue{
		"order": cOrder, "bestellung": cOrder, "commande": cOrder, "pedido": cOrder, "ordine": cOrder, "bestelling": cOrder, "encomenda": cOrder,
		"ordr": cOrder, "oreder": cOrder, "bestelung": cOrder, "comande": cOrder, "pedio": cOrder, "bestelnumer": cOrder, "older": 0, "border": 0,
		"bestellnummer": cOrder | cNum, "kundennummer": cOther, "sendungsnummer": cTrack, "mitgliedsnummer": cOther | cNum,
		"telefonnummer": cPhone, "lindenstrasse": cStreet, "kerkstraat": cStreet, "xyzzy": 0,
	} {
		if got := cueOf([]byte(word)); got&want != want || want == 0 && got != 0 {
			t.Errorf("cueOf(%q) = %b, want %b", word, got, want)
		}
	}
}
