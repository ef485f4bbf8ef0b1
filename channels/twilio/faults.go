package twilio

import (
	"strconv"

	"wismo/core/fault"
)

// meaning is what one of Twilio's error codes asks of us.
type meaning struct {
	kind   fault.Kind
	reason fault.Reason
	hint   string
}

// meanings maps Twilio's codes. Meanings are those of Twilio's error
// dictionary (../shared/contracts/twilio/twilio_error_codes.subset.json).
func meanings() map[int]meaning {
	return map[int]meaning{
		11200: {fault.Unavailable, "", "Twilio could not fetch one of our URLs"},
		11751: {fault.Invalid, "", "the media is larger than the channel takes"},
		12300: {fault.Invalid, "", "a URL answered with a content type that Twilio does not take"},
		20003: {fault.Denied, "", "check the account SID and the auth token or API key"},
		20404: {fault.NotFound, "", ""},
		20429: {fault.Throttled, "", ""},
		21211: {fault.Permanent, fault.BadRecipient, ""},
		21212: {fault.Denied, "", "the sending number is not valid; check numbers"},
		21222: {fault.Denied, "", "the account or API key SID has characters that it cannot have"},
		21224: {fault.Denied, "", "the auth token or API key secret has characters that it cannot have"},
		21408: {fault.Permanent, fault.RegionClosed, "enable the country under Messaging, Settings, Geo permissions"},
		21606: {fault.Denied, "", "the sending number is not in this account or cannot send there"},
		21608: {fault.Denied, "", "a trial account sends to verified numbers only; upgrade it"},
		21610: {fault.Permanent, fault.OptedOut, ""},
		21611: {fault.Throttled, "", ""},
		21612: {fault.Permanent, fault.BadRecipient, ""},
		21614: {fault.Permanent, fault.BadRecipient, ""},
		21617: {fault.Invalid, fault.TooLong, ""},
		21619: {fault.Invalid, "", ""},
		21656: {fault.Invalid, "", "the template's variables do not fit it"},
		21703: {fault.Denied, "", "the Messaging Service has no number for this recipient; add one to its sender pool"},
		21704: {fault.Denied, "", "the Messaging Service has no numbers; add one to its sender pool"},
		30001: {fault.Throttled, "", ""},
		30002: {fault.Denied, "", "the Twilio account is suspended"},
		30003: {fault.Unavailable, fault.Unreachable, ""},
		30004: {fault.Permanent, fault.Filtered, ""},
		30005: {fault.Permanent, fault.BadRecipient, ""},
		30006: {fault.Permanent, fault.BadRecipient, ""},
		30007: {fault.Permanent, fault.Filtered, ""},
		30008: {fault.Unavailable, "", ""},
		30022: {fault.Throttled, "", ""},
		30034: {fault.Denied, fault.NotRegistered, "register the number for A2P 10DLC in the console"},
		63001: {fault.Denied, "", "the channel refused our sender; reconnect it in the console"},
		63003: {fault.Permanent, fault.BadRecipient, ""},
		63005: {fault.Permanent, fault.Filtered, ""},
		63013: {fault.Permanent, fault.Filtered, ""},
		63015: {fault.Permanent, fault.BadRecipient, "the WhatsApp sandbox reaches only phones that have joined it"},
		63016: {fault.Permanent, fault.NeedsTemplate, ""},
		63018: {fault.Throttled, "", ""},
		63019: {fault.Invalid, "", "Twilio could not load the media"},
		63024: {fault.Permanent, fault.BadRecipient, ""},
		63032: {fault.Permanent, fault.BadRecipient, ""},
		63036: {fault.Unavailable, fault.Unreachable, ""},
		63051: {fault.Denied, "", "the WhatsApp Business account is locked"},
	}
}

// failure returns what a code in a delivery report means. A code that is new
// to us, or none, is permanent: Twilio has given the message up.
func failure(op, code string) error {
	n, _ := strconv.Atoi(code)
	m, known := meanings()[n]
	if !known {
		m = meaning{kind: fault.Permanent}
	}
	if code == "" {
		code = "none"
	}
	e := fault.New(m.kind, op, "twilio error code %s", code)
	e.Reason, e.Hint = m.reason, m.hint
	return e
}
