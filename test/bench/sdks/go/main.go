// Sends one event in each mode by CloudEvents' SDK for Go, as it comes: go run . URL SOURCE
package main

import (
	"context"
	"fmt"
	"os"

	cloudevents "github.com/cloudevents/sdk-go/v2"
)

func main() {
	client, err := cloudevents.NewClientHTTP(cloudevents.WithTarget(os.Args[1] + "/v1/events"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, mode := range []string{"binary", "structured"} {
		event := cloudevents.NewEvent()
		event.SetID("sent-" + mode)
		event.SetSource(os.Args[2])
		event.SetType("conformance.sent")
		event.SetSubject("order-7")
		if err := event.SetData(cloudevents.ApplicationJSON, map[string]any{"mode": mode, "amount": 12.5, "text": "é ☃"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		ctx := cloudevents.WithEncodingBinary(context.Background())
		if mode == "structured" {
			ctx = cloudevents.WithEncodingStructured(context.Background())
		}
		if result := client.Send(ctx, event); !cloudevents.IsACK(result) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", mode, result)
			os.Exit(1)
		}
	}
}
