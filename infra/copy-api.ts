import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogField, AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiSettings } from './settings.ts';

/** What answers, and to whom. */
export interface CopyApiProps {
  readonly settings: ApiSettings;
  /** Answers for copies; without it only events are taken. */
  readonly copies?: IFunction | undefined;
  /** Takes pushed events; without it nobody may push any. */
  readonly receive?: IFunction | undefined;
  readonly logRetention: RetentionDays;
}

const COPY_ROUTES = [
  [HttpMethod.POST, '/copies'],
  [HttpMethod.GET, '/copies'],
  [HttpMethod.GET, '/copies/{id}'],
  [HttpMethod.DELETE, '/copies/{id}'],
  [HttpMethod.POST, '/copies/{id}/resume'],
  [HttpMethod.GET, '/openapi.json'],
  [HttpMethod.GET, '/health'],
] as const;
const EVENTS_ROUTE = '/events/{provider}';

/** The HTTP API. Each route is named: what is not listed here reaches no function. */
export class CopyApi extends Construct {
  readonly api: HttpApi;
  /** Without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, { settings, copies, receive, logRetention }: CopyApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Http', {
      description: 'Objectferry: starts, shows, lists and stops copies',
      createDefaultStage: false,
    });
    this.url = this.api.apiEndpoint;
    if (copies !== undefined) this.#routeCopies(copies, authorizerOf(settings));
    const events = receive === undefined ? undefined : this.#routeEvents(receive);
    const stage = this.#createStage(settings, logRetention);
    if (events === undefined || !(stage.node.defaultChild instanceof CfnStage)) return;
    const { requestsPerSecond, burst } = settings.eventsThrottle;
    stage.node.defaultChild.routeSettings = {
      [`POST ${EVENTS_ROUTE}`]: { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst },
    };
    // API Gateway refuses settings of a route that is not there yet.
    stage.node.addDependency(events);
  }

  #routeCopies(handler: IFunction, authorizer: IHttpRouteAuthorizer): void {
    const integration = new HttpLambdaIntegration('Copies', handler);
    for (const [method, path] of COPY_ROUTES) {
      new HttpRoute(this, `${method} ${path}`, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, method),
        integration,
        authorizer,
      });
    }
  }

  #routeEvents(handler: IFunction): HttpRoute {
    const route = new HttpRoute(this, `${HttpMethod.POST} ${EVENTS_ROUTE}`, {
      httpApi: this.api,
      routeKey: HttpRouteKey.with(EVENTS_ROUTE, HttpMethod.POST),
      integration: new HttpLambdaIntegration('Events', handler),
    });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason:
        'Other clouds call this route and have no identity here: the handler believes a push only after its signature, or the token or HMAC of a rule, was verified.',
    });
    return route;
  }

  #createStage({ throttle }: ApiSettings, retention: RetentionDays): HttpStage {
    const destination = new LogGroup(this, 'AccessLog', { retention, removalPolicy: RemovalPolicy.DESTROY });
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burst },
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(destination), format: ACCESS_LOG },
    });
  }
}

// Who called what, when, and what came of it. No query string and no header: pushes carry tokens there.
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    time: AccessLogField.contextRequestTimeEpoch(),
    requestId: AccessLogField.contextRequestId(),
    sourceIp: AccessLogField.contextIdentitySourceIp(),
    caller: AccessLogField.contextIdentityUserArn(),
    subject: '$context.authorizer.claims.sub',
    route: '$context.routeKey',
    path: AccessLogField.contextPath(),
    status: AccessLogField.contextStatus(),
    error: '$context.error.message',
    integrationError: AccessLogField.contextIntegrationErrorMessage(),
    latencyMs: AccessLogField.contextResponseLatency(),
    bytes: AccessLogField.contextResponseLength(),
  }),
);

function authorizerOf(settings: ApiSettings): IHttpRouteAuthorizer {
  if (settings.auth === 'iam') return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer('Jwt', settings.issuer, { jwtAudience: settings.audience });
}
