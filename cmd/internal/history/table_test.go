package history_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wismo/cmd/internal/history"
	"wismo/core/message"
)

// put writes a file and returns its path.
func put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTables(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	tests := map[string]struct{ name, text string }{
		"commas":          {"a.csv", "conversation_id,time,author,text,customer\n7,2026-03-01T09:30:00Z,customer,\"hi, there\",ana@example.com\n7,2026-03-01 09:31,agent,hello,\n8,,customer,bye,\n"},
		"semicolons":      {"a.csv", "Ticket ID;Created At;Role;Body;Email\r\n7;2026-03-01 09:30:00;User;hi, there;ana@example.com\r\n7;2026-03-01 09:31;Admin;hello;\r\n8;;user;bye;\r\n"},
		"tabs and a mark": {"a.tsv", "\ufeffthread\ttimestamp\tdirection\tmessage\trequester\n7\t1772357400\tinbound\thi, there\tana@example.com\n7\t1772357460\toutbound\thello\t\n8\t\tinbound\tbye\t\n"},
		"JSON lines": {"a.jsonl", "\ufeff" + `{"id":7,"at":1772357400000,"author":"customer","text":"hi, there","email":"ana@example.com","tags":["x"]}
{"id":"7","author":"bot","text":"hello","at":"2026-03-01T09:31:00Z"}

{"id":"7","author":"system","text":"assigned"}
{"id":"8","author":"visitor","text":"bye"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := history.Read(put(t, tt.name, tt.text), history.Options{Region: "US"})
			if err != nil || len(f.Problems) > 0 || len(f.Conversations) != 2 {
				t.Fatalf("%d conversations, %v, %v", len(f.Conversations), f.Problems, err)
			}
			c := f.Conversations[0]
			if len(c.Lines) != 2 || c.Lines[0].Text != "hi, there" || !c.Lines[0].Customer || c.Lines[1].Customer || !c.Lines[0].At.Equal(at) {
				t.Errorf("lines %+v", c.Lines)
			}
			if c.Customer != (message.Address{Channel: message.Email, Value: "ana@example.com"}) || f.Conversations[1].Customer.Value != "" {
				t.Errorf("customers %q and %q", c.Customer.Value, f.Conversations[1].Customer.Value)
			}
		})
	}
}

func TestTableProblemsNameTheLine(t *testing.T) {
	t.Parallel()
	secret := "zelda@example.com"
	tests := map[string]struct {
		name, text string
		want       string // a part of the problem
		kept       int
	}{
		"author":        {"a.csv", "id,author,text\n1,customer,hi\n2," + secret + ",hi\n", "line 3: its author is neither customer", 1},
		"time":          {"a.csv", "id,author,text,time\n1,customer,hi,\n2,customer,hi," + secret + "\n", "line 3: its time is not like", 1},
		"fields":        {"a.csv", "id,author,text\n1,customer,hi\n" + secret + "\n", "line 3: it has 1 fields, the first line 3", 1},
		"no id":         {"a.csv", "id,author,text\n1,customer,\"two\nlines\"\n,customer," + secret + "\n", "line 4: it names no conversation", 1},
		"no object":     {"a.jsonl", "{\"id\":1,\"author\":\"customer\",\"text\":\"hi\"}\n" + secret + "\n", "line 2: it is no JSON object", 1},
		"missing field": {"a.jsonl", "{\"id\":1,\"author\":\"customer\",\"text\":\"hi\"}\n{\"id\":2,\"author\":\"customer\"}\n", "line 2: no field is named text, or body", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := history.Read(put(t, tt.name, tt.text), history.Options{})
			if err != nil || len(f.Problems) != 1 || len(f.Conversations) != tt.kept {
				t.Fatalf("%d conversations, %v, %v", len(f.Conversations), f.Problems, err)
			}
			if got := f.Problems[0].String(); !strings.HasPrefix(got, tt.want) || strings.Contains(got, secret) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, text, want string }{
		"unknown ending": {"a.xyz", "x", "--format"},
		"no such column": {"a.csv", "id,author\n1,customer\n", "line 1: no column is named text, or body"},
		"empty table":    {"a.csv", "", "no message"},
		"header only":    {"a.csv", "id,author,text\n", "no message"},
		"no mbox":        {"a.mbox", "hello\n", "no mbox"},
		"empty JSONL":    {"a.jsonl", "\n\n", "no message"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := history.Read(put(t, tt.name, tt.text), history.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := history.Read(put(t, "a.csv", "x"), history.Options{Format: "xml"}); err == nil || !strings.Contains(err.Error(), "mbox, eml") {
		t.Errorf("error %v", err)
	}
	if _, err := history.Read(t.TempDir(), history.Options{Format: history.CSV}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error %v", err)
	}
}

func TestChannelsAndPhones(t *testing.T) {
	t.Parallel()
	text := "id,author,text,channel,phone\n1,customer,a,sms,+14155550101\n2,customer,b,WhatsApp,whatsapp:+14155550102\n3,customer,c,,(415) 555-0103\n4,customer,d,email,not an address\n"
	f, err := history.Read(put(t, "a.csv", text), history.Options{Region: "US"})
	if err != nil || len(f.Conversations) != 4 {
		t.Fatal(f, err)
	}
	want := []message.Address{{Channel: message.SMS, Value: "+14155550101"}, {Channel: message.WhatsApp, Value: "+14155550102"}, {Channel: message.WhatsApp, Value: "+14155550103"}, {}}
	for i, c := range f.Conversations {
		if c.Customer != want[i] {
			t.Errorf("%d: %s by %s, want %s", i, c.Customer.Value, c.Customer.Channel, want[i].Value)
		}
	}
}

func TestABCD(t *testing.T) {
	t.Parallel()
	one := `{"convo_id":1,"original":[["agent","hi"],["customer","where is it"],["action","looked up"]]}`
	for name, text := range map[string]string{"list": "[" + one + "]", "splits": `{"train":[],"dev":[` + one + `],"test":[]}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := history.Read(put(t, "a.json", text), history.Options{Format: history.ABCD})
			if err != nil || len(f.Conversations) != 1 || len(f.Conversations[0].Lines) != 2 || !f.Conversations[0].Lines[1].Customer {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
	for _, text := range []string{"[]", "{}", "no"} {
		if _, err := history.Read(put(t, "a.json", text), history.Options{Format: history.ABCD}); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
