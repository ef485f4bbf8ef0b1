package twilio

import (
	"context"
	"net/url"
	"strconv"

	"wismo/core/message"
)

// report hands a status callback to intake. Twilio may send them twice and out
// of order; whoever keeps the message ranks them.
func (a *Account) report(ctx context.Context, intake message.Intake, form url.Values) Outcome {
	sid := messageSID(form)
	if sid == "" {
		return Malformed
	}
	status, known := readStatus(firstOf(form, "MessageStatus", "SmsStatus"))
	if !known || status == message.Sending {
		return Ignored
	}
	d := message.Delivery{Account: a.cfg.AccountSID, ProviderID: sid, Status: status, At: a.now()}
	if status == message.Failed {
		d.Code = errorCode(form.Get("ErrorCode"))
		d.Err = failure("twilio delivery", d.Code)
	}
	if err := intake.Report(ctx, d); err != nil {
		a.log.ErrorContext(ctx, "a delivery report could not be written down", "message_sid", sid, "err", err)
		return NotTaken
	}
	return Accepted
}

// readStatus maps Twilio's status of an outbound message. What Twilio has but
// has not passed on is Sending; known is false for a status that says nothing
// about an outbound message, or that is new to us.
func readStatus(s string) (status message.Status, known bool) {
	switch s {
	case "queued", "accepted", "scheduled", "sending":
		return message.Sending, true
	case "sent", "partially_delivered":
		return message.Sent, true
	case "delivered":
		return message.Delivered, true
	case "read":
		return message.Read, true
	case "failed", "undelivered", "canceled":
		return message.Failed, true
	default:
		return 0, false
	}
}

// errorCode returns raw if it is a number, so that nothing else gets into logs.
func errorCode(raw string) string {
	if n, err := strconv.Atoi(raw); err == nil && n > 0 {
		return strconv.Itoa(n)
	}
	return ""
}

func firstOf(form url.Values, keys ...string) string {
	for _, key := range keys {
		if v := form.Get(key); v != "" {
			return v
		}
	}
	return ""
}
