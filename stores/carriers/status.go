package carriers

import (
	"strings"

	"wismo/core/order"
)

// rawStatus is a service's own word, kept short.
func rawStatus(s string) string { return clean(s, maxPlace) }

// epStatus maps a status. The detail counts only where it says that a moving parcel is
// late; beyond that EasyPost promises nothing of how the two go together.
func epStatus(status, detail string) order.FulfillmentStatus {
	switch status {
	case "pre_transit":
		return order.LabelCreated
	case "in_transit":
		if detail == "delayed" || detail == "weather_delay" {
			return order.Delayed
		}
		return order.InTransit
	case "out_for_delivery":
		return order.OutForDelivery
	case "delivered":
		return order.Delivered
	case "available_for_pickup":
		return order.ReadyForPickup
	case "return_to_sender":
		return order.Returning
	case "failure":
		return order.Failure
	case "cancelled", "canceled":
		return order.Cancelled
	}
	return order.StatusUnknown // also "error", which is EasyPost's trouble and not the parcel's
}

// asStatus maps a tag (aftership.com, "Delivery statuses") after the subtags that say
// more.
func asStatus(tag, subtag string) order.FulfillmentStatus {
	if s := asSubtag(subtag); s != "" {
		return s
	}
	switch tag {
	case "InfoReceived":
		return order.LabelCreated
	case "InTransit":
		return order.InTransit
	case "OutForDelivery":
		return order.OutForDelivery
	case "AttemptFail":
		return order.AttemptedDelivery
	case "Delivered":
		return order.Delivered
	case "AvailableForPickup":
		return order.ReadyForPickup
	case "Exception":
		return order.Failure
	}
	return order.StatusUnknown // Pending, and Expired: nothing heard for 30 days
}

// asSubtag maps a subtag (aftership.com, "Delivery sub-statuses"), empty if it says no
// more than its tag.
func asSubtag(subtag string) order.FulfillmentStatus {
	switch subtag {
	case "Delivered_002":
		return order.PickedUp
	case "OutForDelivery_003", "OutForDelivery_004": // the customer is asked for a day, or has one
		return order.InTransit
	case "Exception_003", "Exception_008": // refused; not fetched
		return order.NotDelivered
	case "Exception_004", "Exception_005": // customs; outer circumstances
		return order.Delayed
	case "Exception_010", "Exception_011":
		return order.Returning
	}
	return ""
}

// stStatus maps a status with its sub-status, which has the status before its first
// "_" (help.17track.net, "Understanding Tracking Status").
func stStatus(status, sub string) order.FulfillmentStatus {
	if s := stSubStatus(sub); s != "" {
		return s
	}
	if status == "" {
		status, _, _ = strings.Cut(sub, "_")
	}
	switch status {
	case "InfoReceived":
		return order.LabelCreated
	case "InTransit", "Expired", "PickedUp", "Departure", "Arrival": // Expired: in transit for very long
		return order.InTransit
	case "OutForDelivery":
		return order.OutForDelivery
	case "AvailableForPickup":
		return order.ReadyForPickup
	case "DeliveryFailure":
		return order.AttemptedDelivery
	case "Delivered":
		return order.Delivered
	case "Returning", "Returned":
		return order.Returning
	case "Exception":
		return order.Failure
	}
	return order.StatusUnknown // also NotFound
}

func stSubStatus(sub string) order.FulfillmentStatus {
	switch sub {
	case "DeliveryFailure_Rejected", "Exception_Rejected":
		return order.NotDelivered
	case "DeliveryFailure_InvalidAddress", "DeliveryFailure_Security":
		return order.Failure
	case "Exception_Returning", "Exception_Returned":
		return order.Returning
	case "Exception_Delayed":
		return order.Delayed
	case "Exception_Cancel":
		return order.Cancelled
	}
	return ""
}
