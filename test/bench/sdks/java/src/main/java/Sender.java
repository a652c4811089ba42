import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.MessageWriter;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Sends one event in each mode by CloudEvents' SDK for Java, as it comes: Sender URL SOURCE */
public class Sender {
  public static void main(String[] args) throws Exception {
    for (String mode : new String[] {"binary", "structured"}) {
      byte[] data = ("{\"mode\":\"" + mode + "\",\"amount\":12.5,\"text\":\"é ☃\"}").getBytes(StandardCharsets.UTF_8);
      CloudEvent event = CloudEventBuilder.v1().withId("sent-" + mode).withSource(URI.create(args[1])).withType("conformance.sent")
          .withSubject("order-7").withData("application/json", data).build();
      HttpURLConnection connection = (HttpURLConnection) URI.create(args[0] + "/v1/events").toURL().openConnection();
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      MessageWriter<?, ?> writer = HttpMessageFactory.createWriter(connection::setRequestProperty, body -> {
        try {
          connection.getOutputStream().write(body);
        } catch (java.io.IOException error) {
          throw new java.io.UncheckedIOException(error);
        }
      });
      if (mode.equals("binary")) ((MessageWriter) writer).writeBinary(event);
      else ((MessageWriter) writer).writeStructured(event, new JsonFormat());
      if (connection.getResponseCode() != 202) throw new IllegalStateException(mode + ": " + connection.getResponseCode());
    }
  }
}
