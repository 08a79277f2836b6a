package dev.ballast.stack;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.Test;

/// The packaged service under test runs on the shared stack, in the local profile.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class StackResourceIT {
    Stack stack;

    @Test
    void service_isReadyOnTheSharedStack() {
        assertNotNull(stack, "the stack is injected");
        given().get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void localProfile_showsSwagger() {
        given().get("/q/swagger-ui/").then().statusCode(200);
    }
}
