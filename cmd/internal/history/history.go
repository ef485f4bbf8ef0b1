// Package history knows in which files a shop's past conversations come: mail
// (an mbox, a folder of .eml), tables (CSV, JSON lines) and the ABCD dialogues.
// It reads them into conversations for core/backtest. What it says of trouble
// names places, never contents: those are personal.
package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wismo/core/backtest"
	"wismo/core/message"
)

// Format is the kind of a file.
type Format string

// The formats. Auto goes by the file's name.
const (
	Auto  Format = ""
	Mbox  Format = "mbox"
	EML   Format = "eml"
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	ABCD  Format = "abcd"
)

// Formats lists those that can be named.
func Formats() []string {
	return []string{string(Mbox), string(EML), string(CSV), string(JSONL), string(ABCD)}
}

// Options of reading.
type Options struct {
	Format Format
	// Own are the shop's own addresses, or domains written "@example.com": mails
	// from them are the agents'. Only for mail.
	Own []string
	// Region in which phones without a country code are read: "US".
	Region string
}

// Found is what a file holds.
type Found struct {
	Conversations []backtest.Conversation
	// Problems are what could not be read; the rest was.
	Problems []Problem
	// Machines counts mails that no person wrote (automatic replies, bounces,
	// lists), which are left out.
	Machines int
	// Own is the address that was taken for the shop's own for want of a better
	// one, empty if it was told.
	Own string
}

// Problem is something that could not be read.
type Problem struct {
	// Where is "line 7", "mail 3" or a file's name.
	Where string
	// What is wrong, in our words.
	What string
}

// String returns both.
func (p Problem) String() string { return p.Where + ": " + p.What }

// Read reads a file or, for mail, a folder.
func Read(path string, o Options) (Found, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Found{}, err
	}
	f := o.Format
	if f == Auto {
		if f, err = guess(path, info.IsDir()); err != nil {
			return Found{}, err
		}
	}
	if info.IsDir() && f != EML {
		return Found{}, fmt.Errorf("%s is a folder; only mails (.eml) are read from one", path)
	}
	switch f {
	case EML:
		return readFolder(path, o)
	case Mbox:
		return readMbox(path, o)
	case CSV:
		return readCSV(path, o)
	case JSONL:
		return readJSONL(path, o)
	case ABCD:
		return readABCD(path)
	default:
		return Found{}, fmt.Errorf("format %q is not known; there are %s", f, strings.Join(Formats(), ", "))
	}
}

func guess(path string, dir bool) (Format, error) {
	if dir {
		return EML, nil
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mbox", ".mbx":
		return Mbox, nil
	case ".eml":
		return EML, nil
	case ".csv", ".tsv":
		return CSV, nil
	case ".jsonl", ".ndjson":
		return JSONL, nil
	case ".json":
		return ABCD, nil // of all that is one JSON text, the one that is known
	}
	return "", fmt.Errorf("%s tells its format by no known ending; name it with --format %s", path, strings.Join(Formats(), "|"))
}

// errEmpty ends the reading of a file without a single message.
var errEmpty = errors.New("there is no message in it")

// addressOf reads what names a customer: an e-mail address or a phone number.
// Anything else is no address.
func addressOf(raw, region string, c message.Channel) message.Address {
	if v, ok := message.CanonicalEmail(raw); ok {
		return message.Address{Channel: message.Email, Value: v}
	}
	if v, ok := message.CanonicalPhone(strings.TrimPrefix(raw, "whatsapp:"), region); ok {
		if c == message.Email || c == "" {
			c = message.SMS
		}
		return message.Address{Channel: c, Value: v}
	}
	return message.Address{}
}
